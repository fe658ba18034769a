# SPDX-License-Identifier: MIT
# What is wrong with a mailbox: from its files, what is stored, and what a login would see in a copy.
# Rows of $place/findings: class, folder ("" the whole), symptom, evidence, repair ("" none).

function finding(class, folder, symptom, evidence, repair) {
	print class "\t" field(folder) "\t" symptom "\t" field(evidence) "\t" repair
	told[folder, symptom] = 1
	found_any = 1
}

function check_print_findings(    f) {
	tree_read()
	seen_read()
	disk_read()
	# A look at files alone does not tell what Dovecot would open.
	if (ENVIRON["AGENT_DEPTH"] == 1)
		for (f in lies)
			opened[f] = 1
	rights_check()
	if (!shut) {
		stored_check()
		lists_check()
		if (ENVIRON["AGENT_DEPTH"] > 1)
			folders_check()
		messages_check()
		lost_names_check()
		subscriptions_check()
	}
	facts_print()
}

# For the answer: folders that could not be opened, and the UIDVALIDITYs that are known.
function facts_print(    f, key, part, line) {
	printf "" >(place "/failed")
	printf "" >(place "/validities")
	for (f in failed)
		print field(f) >(place "/failed")
	if (shut)
		for (f in opened)
			print field(f) >(place "/failed")
	for (key in listed) {
		split(key, part, SUBSEP)
		f = part[2]
		if (list_validity[key] > 0)
			print field(f) "\t" list_validity[key] >(place "/validities")
		valid[f] = 1
	}
	while ((getline line < (place "/seen.folders")) > 0) {
		split(line, part, "\t")
		f = unfield(part[1])
		if (!(f in valid) && !(f in failed) && has_index[f])
			print part[1] "\t" part[3] >(place "/validities")
	}
}

# --- what a login sees: seen[folder], failed[folder] with the reason; what should be: wanted[folder]

function seen_read(    line, part, f) {
	while ((getline line < (place "/seen.folders")) > 0) {
		split(line, part, "\t")
		f = unfield(part[1])
		opened[f] = 1
		guid_is_of[part[5]] = f
	}
	close(place "/seen.folders")
	while ((getline line < (place "/seen")) > 0) {
		split(line, part, "\t")
		seen[unfield(part[1])]++
		seen_line[part[1] "\t" part[2]]++
	}
	close(place "/seen")
	while ((getline line < (place "/wanted")) > 0) {
		split(line, part, "\t")
		f = unfield(part[1])
		wanted[f]++
		if (seen_line[part[1] "\t" part[2]]-- <= 0)
			missing[f]++
	}
}

# --- what lies on disk: lies[folder] its directory, has_index[folder], mails[folder]

function disk_read(    i, path, base, n, f, dir) {
	for (i = 1; i <= tree; i++) {
		path = tree_path[i]
		if (tree_type[i] == "above" || !locate(path))
			continue
		if (tree_type[i] == "d") {
			disk_directory(i, path)
			continue
		}
		n = at_space
		base = base_of(path)
		dir = folder_of_path(path)
		locate(dir)
		if (base ~ /^dovecot\.index(\.log)?$/) {
			f = folder_at(n, at_rest)
			if (f != "") {
				has_index[f] = 1
				note(f, n, dir)
			}
		} else if (base ~ /^u\.[0-9]+$/) {
			f = folder_at(n, at_rest)
			mails[f]++
			note(f, n, dir)
		} else if (base == "dovecot-uidlist" && tree_size[i] > 0) {
			f = folder_at(n, at_rest)
			has_uidlist[f] = path
		} else if (dir ~ /\/(cur|new)$/ && driver[n] == "maildir") {
			locate(folder_of_path(dir))
			f = folder_at(n, at_rest)
			mails[f]++
			if (dir ~ /cur$/)
				taken[f]++
		} else if (base == "subscriptions")
			has_subscriptions[n] = 1
	}
}

function disk_directory(i, path,    n, f, rest) {
	n = at_space
	rest = at_rest
	if (driver[n] == "maildir" && layout[n] != "index") {
		if (rest !~ /(^|\/)cur$/ || at_root != "path")
			return
		path = folder_of_path(path)
		locate(path)
		note(folder_at(n, at_rest), n, path)
	} else if (layout[n] == "index") {
		if (rest ~ /^mailboxes\/[0-9a-f]+$/)
			note(folder_at(n, rest), n, path)
	} else if (rest ~ /^mailboxes\/.*\/dbox-Mails$/)
		note(folder_at(n, rest), n, path)
	else if (rest ~ /^mailboxes\/.*\/dbox-Mails[^\/]+$/ && at_root == "path")
		renamed[path] = n
}

function note(f, n, path) {
	if (f == "" || (f in lies && at_root != "path"))
		return
	lies[f] = path
	space_of[f] = n
}

# --- access: what the mailbox's own user may not read or enter

function rights_check(    i, base, path, f, what, n, mend) {
	for (i = 1; i <= tree; i++) {
		path = tree_path[i]
		base = base_of(path)
		if (tree_type[i] == "l")
			continue
		what = ""
		if (tree_type[i] == "d" && base ~ /^(dovecot\.(list\.|map\.)?index(\.log)?|dovecot-uidlist|subscriptions|[um]\.[0-9]+)$/)
			what = "a directory stands where the file " path " should be"
		else if (!may(i, tree_type[i] == "above" ? 1 : tree_type[i] == "d" ? 5 : base ~ /^dovecot/ ? 6 : 4))
			what = path " has mode " tree_mode[i] " and belongs to uid " tree_uid[i] ": the user it belongs to, uid " ENVIRON["AGENT_UID"] ", may not " \
				(tree_type[i] == "f" ? "read" : "enter") " it"
		if (what == "" || ++unreadable > 50)
			continue
		f = ""
		if (tree_type[i] == "above")
			shut = 1
		else {
			n = locate(tree_type[i] == "d" && base !~ /^(dovecot|subscr|[um]\.[0-9])/ ? path : folder_of_path(path))
			if (n && at_rest ~ /(^|\/)(cur|new)$/)
				sub(/\/?(cur|new)$/, "", at_rest)
			f = n ? folder_at(n, at_rest) : ""
			if (driver[n] != "maildir" && base ~ /^(dovecot\.(list|map)|subscr)/)
				f = ""
		}
		finding((f != "" && n && driver[n] == "maildir" && opened[f] && !(f in failed)) ? "resource" : "access", f, "not-readable", \
			what (tree_type[i] == "d" && what ~ /stands/ ? "; move it away" : "; mend its rights") " before anything is repaired", "")
		closed[f] = 1
	}
}

# The bits of a mode that count for the mailbox's user: 4 read, 2 write, 1 enter.
function may(i, need,    mode, digit, bits) {
	if (ENVIRON["AGENT_UID"] + 0 == 0)
		return 1
	mode = sprintf("%03d", tree_mode[i] % 1000)
	if (tree_uid[i] == ENVIRON["AGENT_UID"])
		digit = substr(mode, 1, 1)
	else if (tree_gid[i] == ENVIRON["AGENT_GID"])
		digit = substr(mode, 2, 1)
	else
		# Which other groups the user is in is not known here.
		digit = substr(mode, 2, 1) > substr(mode, 3, 1) ? substr(mode, 2, 1) : substr(mode, 3, 1)
	bits = digit + 0
	# What is only locked for writing is read all the same.
	if (need == 6)
		need = tree_uid[i] == ENVIRON["AGENT_UID"] ? 4 : 6
	return has_bits(bits, need)
}

function has_bits(bits, need) {
	if (need >= 4 && bits < 4)
		return 0
	if (need % 4 >= 2 && bits % 4 < 2)
		return 0
	return need % 2 == 0 || bits % 2 == 1
}

function count_of(n, one, many) {
	return n == 1 ? "1 " one : n " " many
}
