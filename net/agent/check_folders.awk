# SPDX-License-Identifier: MIT
# Findings on folders: what is stored and not seen, what cannot be opened, what no list names.

# What doveadm said of a folder that it could not open.
function failures_read(name,    file, line, f, lines) {
	file = place "/" name
	while ((getline line < file) > 0 && ++lines < 1000) {
		if (line !~ /(Error|Fatal|Panic): /)
			continue
		for (f in known)
			if (index(line, "ailbox " f " failed: ") || index(line, "Mailbox " f ": Failed to lookup") || index(line, "Mailbox " f ": Opening ") || \
				index(line, "Mailbox " f ": Failed to map"))
				if (!(f in failed) && !(f in next_failed)) {
					if (name == "seen.errors")
						failed[f] = line
					else
						next_failed[f] = line
				}
		# Whatever it says of a folder that is not there afterwards.
		if (name == "seen.errors")
			for (f in known)
				if (!(f in opened) && !(f in failed) && index(line, "ailbox " f ": "))
					failed[f] = line
		if (line ~ /Panic: |Fatal: /)
			died = line
	}
	close(file)
}

# The text of an error without who said it and where the copy is.
function plainly(line,    at) {
	sub(/^doveadm\([^)]*\): (Error: )?/, "", line)
	sub(/.*(Error|Fatal|Panic): /, "", line)
	while ((at = index(line, place "/")) > 0)
		line = substr(line, 1, at - 1) substr(line, at + length(place) + 2)
	return line
}

function stored_check(    f, part, key, line) {
	while ((getline line < (place "/map")) > 0) {
		split(line, part, "\t")
		mapless[part[1]] = part[2] == "lost"
	}
	close(place "/map")
	for (f in lies)
		known[f] = 1
	for (f in opened)
		known[f] = 1
	for (f in wanted)
		known[f] = 1
	for (key in listed) {
		split(key, part, SUBSEP)
		known[part[2]] = 1
		space_of[part[2]] = part[1]
	}
	failures_read("seen.errors")
	failures_read("seen.later")
	if (died != "")
		finding("access", "", "login-dies", "the process of Dovecot ends when it opens this mailbox: " plainly(died), "resync")
}

function folders_check(    f, stored_text) {
	if (missing["?"] > 0)
		finding("missing", "", "messages-nowhere", count_of(missing["?"], "message is", "messages are") \
			" stored that no folder shows, and nothing tells where they were", "resync")
	for (f in known) {
		if (f ~ /^\?/ || closed[f] || told[f, "folder-lost"] || told[f, "folder-not-listed"])
			continue
		stored_text = count_of(wanted[f] + 0, "message is", "messages are") " stored"
		if (f in failed)
			failed_finding(f, stored_text)
		else if (driver[space_of[f]] == "mdbox" && mapless[space_of[f]])
			continue
		else if (f in next_failed)
			finding("missing", f, has_index[f] ? "index-broken" : (f in lies) ? "index-lost" : "folder-lost", \
				"the first login sees none of its messages, and the next cannot open it: " plainly(next_failed[f]) "; " stored_text, "resync")
		else if (missing[f] > 0)
			missing_finding(f)
		else if (index_gone(f))
			finding("missing", f, "index-lost", "the directory " lies[f] " has no dovecot.index; " stored_text \
				" there, and their flags are lost", "resync")
	}
}

function index_gone(f) {
	return (f in lies) && !has_index[f] && mails[f] > 0 && driver[space_of[f]] == "sdbox"
}

function failed_finding(f, stored_text,    symptom) {
	symptom = !(f in lies) ? "folder-lost" : !has_index[f] && driver[space_of[f]] != "maildir" ? "index-lost" : "folder-not-opened"
	finding("access", f, symptom, "a login cannot open it: " plainly(failed[f]) "; " stored_text, "resync")
}

function missing_finding(f,    symptom, evidence) {
	evidence = count_of(missing[f], "message", "messages") " of " wanted[f] " stored would not be seen by a login"
	if (!(f in opened)) {
		symptom = (f in lies) ? "folder-not-listed" : "folder-lost"
		evidence = "the folder is not in the list of folders; " evidence
	} else if (!has_index[f] && driver[space_of[f]] != "maildir") {
		symptom = "index-lost"
		evidence = "the folder has no dovecot.index; " evidence
	} else if (seen[f] > 0) {
		symptom = "index-old"
		evidence = "the index does not know all that is there: " evidence
	} else {
		symptom = "index-broken"
		evidence = "the index cannot be used: " evidence
	}
	# There is always an INBOX: not to see it is not to get in.
	finding(f == "INBOX" && !(f in opened) ? "access" : "missing", f, symptom, evidence, "resync")
}

# --- lists and directories

function lists_check(    key, part, n, f, guid, path) {
	for (n = 1; n <= spaces; n++)
		if (layout[n] == "index" && !list_there[n] && folders_of(n))
			finding(any_failed() ? "access" : "lost-folder", "", "list-index-lost", "the list of folders, dovecot.list.index, cannot be read, and " \
				count_of(folders_of(n), "folder lies", "folders lie") " there: the next login makes new ones of them", "resync")
	for (path in renamed) {
		n = renamed[path]
		locate(folder_of_path(path))
		f = folder_at(n, at_rest)
		told[f, "folder-lost"] = told[f, "folder-not-opened"] = told[f "/" base_of(path), "folder-not-listed"] = 1
		finding("missing", f, "folder-renamed", path " has taken the place of dbox-Mails: the folder is not there for a login", "resync")
	}
	for (key in listed) {
		split(key, part, SUBSEP)
		f = part[2]
		if (listed[key] in guid_is_of && guid_is_of[listed[key]] != f)
			continue
		if (listed[key] ~ /^0*$/ || (f in lies) || told[f, "folder-lost"] || (f in opened && layout[part[1]] != "index"))
			continue
		if (!deleted(part[1], listed[key])) {
			if (driver[part[1]] != "mdbox")
				lost_all += list_count[key]
			finding(children_of(f, part[1]) || layout[part[1]] == "index" ? "access" : "missing", f, "folder-lost", \
				"the list of folders knows it, with " count_of(list_count[key] + 0, "message", "messages") \
				", and its directory is gone, though nobody deleted it", "resync")
		}
	}
	for (f in lies)
		if (unlisted_folder(f) && list_there[space_of[f]] && !(f in failed) && !(f in next_failed) && !missing[f])
			finding("lost-folder", f ~ /^\?/ ? "" : f, "folder-orphan", "the directory " lies[f] " is in no list of folders" \
				(mails[f] > 0 ? "; " count_of(mails[f], "message lies", "messages lie") " in it" : " and holds no message"), "lost-folders")
}

function unlisted_folder(f,    n, key) {
	n = space_of[f]
	if (layout[n] != "index")
		return 0
	key = lies[f]
	sub(/\/dbox-Mails$/, "", key)
	key = base_of(key)
	return !((n, key) in list_name) || ((n, key) in unlisted)
}

function folders_of(n,    f, count) {
	count = 0
	for (f in lies)
		count += space_of[f] == n
	return count
}

function any_failed(    f) {
	for (f in failed)
		return 1
	for (f in next_failed)
		return 1
	return 0
}

function children_of(f, n,    other) {
	for (other in opened)
		if (index(other, f separator[n]) == 1)
			return 1
	return 0
}

# dovecot.mailbox.log has a record of every folder that was deleted through Dovecot.
function deleted(n, guid,    line, file) {
	if (!(n in log_read)) {
		log_read[n] = 1
		file = place "/mailboxlog." n
		while ((getline line < file) > 0)
			if (line ~ /^#[0-9]+: delete-mailbox /) {
				sub(/^[^ ]+ [^ ]+ /, "", line)
				sub(/ .*/, "", line)
				log_deleted[n, line] = 1
			} else if (line ~ /^#[0-9]+: subscribe /)
				log_subscribed[n]++
			else if (line ~ /^#[0-9]+: unsubscribe /)
				log_subscribed[n]--
		close(file)
	}
	return (n, guid) in log_deleted
}

# --- names that a recovery gave

function lost_names_check(    f, n, was) {
	for (f in known) {
		if (f !~ /(^|[^0-9A-Za-z])(recovered-lost-folder-|lost-|unknown-)[0-9a-f]+(-[0-9a-f]+)?$/ && f !~ /-duplicate-[0-9a-f]+$/)
			continue
		was = f
		sub(/^.*(recovered-lost-folder-|lost-|unknown-|-duplicate-)/, "", was)
		sub(/-[0-9a-f]+$/, "", was)
		n = space_of[f]
		if (length(was) != 32 || !(f in opened) && !(f in lies))
			continue
		if (!(n && (n, f) in listed) && layout[n] == "index" && (f in opened) && told["", "list-index-lost"])
			continue
		finding("lost-folder", f, "lost-folder", "a folder with a name that recovery gave, " \
			(seen[f] > 0 ? "with " count_of(seen[f], "message", "messages") : "empty"), "lost-folders")
	}
}

# --- subscriptions

function subscriptions_check(    n, f, folders) {
	for (n = 1; n <= spaces; n++) {
		if (has_subscriptions[n])
			continue
		deleted(n, "")
		if (log_subscribed[n] > 0)
			finding("missing", "", "subscriptions-lost", "the file with the subscriptions is gone; " \
				count_of(log_subscribed[n], "folder was", "folders were") " subscribed to", "resync")
	}
}
