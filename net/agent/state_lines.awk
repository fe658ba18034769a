# SPDX-License-Identifier: MIT
# Lines of state files: what is stored, what is seen, what should be, and how two differ.

function line_print(folder, guid, uid, flags) {
	print field(folder) "\t" field(guid) "\t" uid "\t" flags
}

# --- what is stored

function state_print_stored(    line, part, n) {
	while ((getline line < (place "/map")) > 0) {
		split(line, part, "\t")
		mapless[part[1]] = part[2] == "lost"
	}
	while ((getline line < (place "/messages")) > 0) {
		split(line, part, "\t")
		n = part[1]
		if (part[6] != "good")
			continue
		if (driver[n] == "sdbox") {
			locate(folder_of_path(part[2]))
			line_print(folder_at(at_space, at_rest), part[4], part[3], "?")
		} else
			stored_mdbox(n, part[4], unfield(part[7]), mapless[n] ? 1 : part[8])
	}
	maildir_read()
}

# mdbox says where a message was saved first, and how many places it is in, not which.
function stored_mdbox(n, guid, saved, places,    i, folder) {
	folder = saved == "" ? "?" : saved_name(n, saved)
	for (i = 0; i < places + 0; i++)
		line_print(folder, guid, "?", "?")
}

# The folder's name as its owner knows it.
function saved_name(n, saved) {
	if (saved == "INBOX" && inbox[n])
		return "INBOX"
	if (prefix[n] != "" && index(saved, prefix[n]) == 1)
		return saved
	return prefix[n] with_separator(decode(saved), "/", separator[n])
}

# With BASES set, all are called by their base names, whatever the uidlist says.
function maildir_read(    i, path, n, folder, base, at, flags, uid, guid, key) {
	tree_read()
	for (i = 1; i <= tree; i++) {
		path = tree_path[i]
		if (tree_type[i] == "d" || tree_type[i] == "above" || path !~ /\/(cur|new)\/[^\/]+$/ || !locate(path) || driver[at_space] != "maildir")
			continue
		n = at_space
		base = base_of(path)
		if (base ~ /^[.]/)
			continue
		path = folder_of_path(folder_of_path(path))
		locate(path)
		folder = folder_at(n, at_rest)
		uidlist_read(n, folder, at_rest)
		flags = base
		if (sub(/^.*:2,/, "", flags) == 0)
			flags = ""
		sub(/:.*/, "", base)
		key = folder SUBSEP base
		guid = (key in list_guid) && !bases ? list_guid[key] : base
		uid = key in list_uid ? list_uid[key] : "?"
		line_print(folder, guid, uid, maildir_flags(folder, flags))
	}
}

# UIDs and GUIDs that dovecot-uidlist has for a folder's files.
function uidlist_read(n, folder, rest,    file, line, at, name, uid, guid) {
	if (folder in uidlist_known)
		return
	uidlist_known[folder] = 1
	file = (space[n, 9] == "" ? space[n, 6] (rest == "" ? "" : "/" rest) : space[n, 9] "/" (rest == "" ? ".INBOX" : rest))
	while ((getline line < (file "/dovecot-uidlist")) > 0) {
		at = index(line, ":")
		if (line !~ /^[0-9]+ / || !at)
			continue
		uid = line + 0
		name = substr(line, at + 1)
		line = substr(line, 1, at - 1)
		sub(/:.*/, "", name)
		list_uid[folder, name] = uid
		if (match(line, / G[^ ]+/))
			list_guid[folder, name] = substr(line, RSTART + 2, RLENGTH - 2)
	}
	close(file "/dovecot-uidlist")
	file = file "/dovecot-keywords"
	while ((getline line < file) > 0)
		if ((at = index(line, " ")) > 1)
			keyword[folder, line + 0] = substr(line, at + 1)
	close(file)
}

function maildir_flags(folder, letters,    i, c, out, list) {
	split("", list)
	out = 0
	for (i = 1; i <= length(letters); i++) {
		c = substr(letters, i, 1)
		if (c == "D") list[++out] = "\\Draft"
		else if (c == "F") list[++out] = "\\Flagged"
		else if (c == "R") list[++out] = "\\Answered"
		else if (c == "S") list[++out] = "\\Seen"
		else if (c == "T") list[++out] = "\\Deleted"
		else if (c ~ /[a-z]/ && (folder, code_of[c] - 97) in keyword)
			list[++out] = keyword[folder, code_of[c] - 97]
	}
	return sorted(list, out)
}

function sorted(list, n,    i, j, held, out) {
	for (i = 2; i <= n; i++) {
		held = list[i]
		for (j = i - 1; j >= 1 && list[j] > held; j--)
			list[j + 1] = list[j]
		list[j + 1] = held
	}
	out = list[1]
	for (i = 2; i <= n; i++)
		out = out " " list[i]
	return n ? out : ""
}

# --- what is seen

# FILE.messages and FILE.status are what doveadm printed; FILE.folders is made of the latter.
function state_seen(    file, line, part, n, list, flags, i, guid) {
	file = ENVIRON["AGENT_A"]
	if (ENVIRON["AGENT_DRIVER"] == "sdbox")
		sdbox_guids()
	boxes_guids()
	getline line < (file ".messages")
	while ((getline line < (file ".messages")) > 0) {
		n = split(line, part, "\t")
		if (n < 3 || part[2] !~ /^[0-9]+$/)
			continue
		guid = n < 4 ? ((part[1], part[2]) in guid_at ? guid_at[part[1], part[2]] : "?") : part[4]
		line_print(part[1], guid, part[2], seen_flags(part[3]))
	}
	close(file ".messages")
	getline line < (file ".status")
	printf "" >(file ".folders")
	while ((getline line < (file ".status")) > 0)
		if (split(line, part, "\t") == 5)
			print field(part[1]) "\t" part[2] "\t" part[4] "\t" part[3] "\t" part[5] >(file ".folders")
	close(file ".status")
}

function seen_flags(text,    part, list, n, i, count) {
	if (text in flags_known)
		return flags_known[text]
	n = split(text, part, " ")
	count = 0
	split("", list)
	for (i = 1; i <= n; i++)
		if (part[i] != "\\Recent")
			list[++count] = part[i]
	return flags_known[text] = sorted(list, count)
}

function sdbox_guids(    line, part, now, old) {
	# Directories that a rehearsal renamed.
	while ((getline line < (place "/renamed")) > 0) {
		split(line, part, "\t")
		now["mailboxes/" part[1]] = "mailboxes/" part[2]
	}
	close(place "/renamed")
	while ((getline line < (place "/messages")) > 0) {
		split(line, part, "\t")
		locate(folder_of_path(part[2]))
		old = at_rest
		sub(/\/dbox-Mails$/, "", old)
		if (old in now)
			at_rest = now[old]
		guid_at[folder_at(at_space, at_rest), part[3]] = part[4]
	}
	close(place "/messages")
}

function boxes_guids(    line, f, uid) {
	while ((getline line < (place "/guids")) > 0) {
		if (line ~ /^box /) {
			locate(substr(line, 5))
			f = folder_at(at_space, at_rest)
		} else if (line ~ /^RECORD: /) {
			uid = line
			sub(/.*uid=/, "", uid)
			sub(/,.*/, "", uid)
		} else if (match(line, /\([0-9a-f]+\)/))
			guid_at[f, uid] = substr(line, RSTART + 1, RLENGTH - 2)
	}
	close(place "/guids")
}

# --- what should be

# A: what a login sees, B: what is stored.
function state_print_expected(    file, line, part, key, mdbox, guid, n, i) {
	mdbox = ENVIRON["AGENT_DRIVER"] == "mdbox"
	while ((getline line < (place "/map")) > 0)
		if (line ~ /\tlost$/)
			lost_map = 1
	while ((getline line < ENVIRON["AGENT_B"]) > 0) {
		split(line, part, "\t")
		key = expected_key(part, mdbox)
		stored[key]++
		stored_line[++n] = line
		stored_key[n] = key
	}
	while ((getline line < ENVIRON["AGENT_A"]) > 0) {
		split(line, part, "\t")
		opened[part[1]] = 1
		if (mdbox && part[1] ~ /-recovered-lost-folder-[0-9a-f]+$/)
			twin_line[++twins] = line
		else
			expected_take(line, part, mdbox)
	}
	# A rebuild makes twins: one counts that is stored so often, and its home is in its name.
	for (i = 1; i <= twins; i++) {
		split(twin_line[i], part, "\t")
		sub(/-recovered-lost-folder-[0-9a-f]+$/, "", part[1])
		expected_take(part[1] "\t" part[2] "\t" part[3] "\t" part[4], part, mdbox)
	}
	for (i = 1; i <= n; i++) {
		key = stored_key[i]
		if (seen[key] > 0) {
			seen[key]--
			continue
		}
		# Without a map nothing tells what was expunged from what lost its folder.
		split(stored_line[i], part, "\t")
		if (!(lost_map && part[1] in opened))
			print stored_line[i]
	}
}

function expected_take(line, part, mdbox,    key) {
	key = expected_key(part, mdbox)
	if (!(key in stored) || (mdbox && !lost_map && seen[key] >= stored[key]))
		return
	seen[key]++
	print line
}

# The same message: in mdbox by GUID alone, else in its folder by UID (sdbox) or GUID (maildir).
function expected_key(part, mdbox) {
	if (mdbox)
		return part[2]
	return part[1] SUBSEP (ENVIRON["AGENT_DRIVER"] == "sdbox" ? part[3] : part[2])
}

# --- how two states differ: A wanted, B seen

function state_print_difference(    line, part, key, i, n, less, more, guid, moved, missing, doubled, flags_lost, uids, flags_unknown, uids_unknown) {
	while ((getline line < ENVIRON["AGENT_A"]) > 0) {
		split(line, part, "\t")
		key = part[1] "\t" part[2]
		n = ++wanted[key]
		wanted_uid[key, n] = part[3]
		wanted_flags[key, n] = part[4]
	}
	while ((getline line < ENVIRON["AGENT_B"]) > 0) {
		split(line, part, "\t")
		# A message that cannot be told from another one proves nothing.
		if (part[2] == "?")
			continue
		key = part[1] "\t" part[2]
		has[key]++
		has_guid[part[2]]++
		has_uid[key, part[3]]++
		has_flags[key, part[4]]++
	}
	moved = missing = doubled = flags_lost = uids = flags_unknown = uids_unknown = 0
	for (key in wanted) {
		split(key, part, "\t")
		if (wanted[key] > has[key]) {
			less[part[2]] += wanted[key] - has[key]
			missing += wanted[key] - has[key]
		}
		for (i = 1; i <= wanted[key]; i++) {
			if (wanted_uid[key, i] == "?")
				uids_unknown++
			else if (has_uid[key, wanted_uid[key, i]]-- <= 0 && has[key] > 0)
				uids++
			if (wanted_flags[key, i] == "?")
				flags_unknown++
			else if (wanted_flags[key, i] != "" && has_flags[key, wanted_flags[key, i]]-- <= 0 && has[key] > 0)
				flags_lost++
		}
	}
	for (key in has)
		if (has[key] > wanted[key]) {
			split(key, part, "\t")
			more[part[2]] += has[key] - wanted[key]
			doubled += has[key] - wanted[key]
		}
	for (guid in less) {
		if (guid in more)
			moved += less[guid] < more[guid] ? less[guid] : more[guid]
		if (!(guid in has_guid))
			gone += less[guid]
		unplaced += wanted["?\t" guid]
	}
	print "missing " missing - moved " doubled " doubled - moved " moved " moved " flags_lost " flags_lost \
		" uids_changed " uids " flags_unknown " flags_unknown " uids_unknown " uids_unknown " gone " gone + 0 " unplaced " unplaced + 0
}
