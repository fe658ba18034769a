# SPDX-License-Identifier: MIT
# Findings on messages: files that are broken, missing or in no index.

function messages_check(    line, part, f, key, uid_line) {
	while ((getline line < (place "/messages")) > 0) {
		split(line, part, "\t")
		if (driver[part[1]] == "sdbox") {
			locate(folder_of_path(part[2]))
			f = folder_at(part[1], at_rest)
			file_there[f, part[3]] = 1
			if (part[6] != "good")
				broken_take(f, part[2], part[6])
		} else if (part[6] != "good") {
			if (part[8] > 0)
				lost_all++
			broken_in[part[2]]++
			if (part[2] == "?")
				lost_map_file[part[10]]++
		}
	}
	close(place "/messages")
	mdbox_findings()
	if (ENVIRON["AGENT_DRIVER"] == "sdbox")
		sdbox_missing()
	maildir_findings()
	read_findings()
	for (f in broken)
		lost_all += broken[f]
	print lost_all + 0 >(place "/lost")
	for (f in broken)
		finding("access", f, "message-file-broken", broken_example[f] (broken[f] > 1 ? " and " broken[f] - 1 " more" : "") \
			": what they held cannot be had back from this mailbox", "resync")
}

# What doveadm said when it read every message: "fetch(text) failed for box=INBOX uid=3: …".
function read_findings(    line, f, count, example) {
	while ((getline line < (place "/read.errors")) > 0) {
		if (!match(line, /failed for box=.* uid=[0-9]+: /))
			continue
		f = substr(line, RSTART + 15, RLENGTH - 15)
		sub(/ uid=[0-9]+: .*/, "", f)
		if (!count[f]++)
			example[f] = plainly(line)
	}
	close(place "/read.errors")
	for (f in count)
		if (!(f in broken))
			finding("access", f, "message-not-readable", count_of(count[f], "message", "messages") " cannot be read: " example[f], "resync")
}

function broken_take(f, path, state) {
	if (!broken[f]++)
		broken_example[f] = path " is " (state == "empty" ? "empty" : state == "short" ? "cut off" : "not what Dovecot wrote")
}

function sdbox_missing(    line, part, count, f) {
	while ((getline line < (place "/seen")) > 0) {
		split(line, part, "\t")
		f = unfield(part[1])
		if (part[2] == "?" && !((f, part[3]) in file_there))
			count[f]++
	}
	close(place "/seen")
	for (f in count)
		lost_all += count[f]
	for (f in count)
		finding("access", f, "message-file-missing", "the index names " count_of(count[f], "message whose file is", "messages whose files are") \
			" not there: what they held cannot be had back from this mailbox", "resync")
}

function mdbox_findings(    line, part, path, count, n) {
	while ((getline line < (place "/map")) > 0) {
		split(line, part, "\t")
		if (part[2] == "lost" && storage_there(part[1]))
			finding("access", "", "map-lost", "the map of the storage, dovecot.map.index, cannot be read: no message can be opened" \
				"; messages that were expunged and not purged will come back", "resync")
	}
	close(place "/map")
	while ((getline line < (place "/broken")) > 0) {
		split(line, part, "\t")
		path = part[2]
		finding("access", "", "message-file-broken", path " cannot be read to its end: " plainly(part[3]) "; " \
			count_of(broken_in[path] + 0, "message of it is", "messages of it are") " lost or unproven", "resync")
	}
	close(place "/broken")
	for (n in lost_map_file)
		finding("access", "", "message-file-missing", "the storage file m." n " is not there, and " \
			count_of(lost_map_file[n], "message was", "messages were") " in it", "resync")
}

function storage_there(n,    i) {
	for (i = 1; i <= tree; i++)
		if (tree_type[i] == "f" && base_of(tree_path[i]) ~ /^m\.[0-9]+$/ && locate(tree_path[i]) == n)
			return 1
	return 0
}

function maildir_findings(    i, path, base, size, f, line) {
	for (i = 1; i <= tree; i++) {
		path = tree_path[i]
		if (tree_type[i] != "f" || path !~ /\/(cur|new)\/[^\/]+$/ || !locate(path) || driver[at_space] != "maildir")
			continue
		base = base_of(path)
		size = -1
		if (match(base, /,S=[0-9]+/))
			size = substr(base, RSTART + 3, RLENGTH - 3) + 0
		if (base ~ /^[.]/ || (tree_size[i] > 0 && (size < 0 || size == tree_size[i] || ENVIRON["AGENT_PACKED"] != "")))
			continue
		locate(folder_of_path(folder_of_path(path)))
		broken_take(folder_at(at_space, at_rest), path, tree_size[i] == 0 ? "empty" : tree_size[i] < size ? "short" : "long")
	}
	for (f in mails)
		if (driver[space_of[f]] == "maildir")
			uidlist_check(f)
}

function uidlist_check(f,    line) {
	if (closed[f] || !taken[f] || !has_index[f])
		return
	if (!(f in has_uidlist))
		line = "is gone"
	else if ((getline line < has_uidlist[f]) > 0 && line ~ /^[13] /)
		line = ""
	else
		line = "is not what Dovecot wrote"
	if (f in has_uidlist)
		close(has_uidlist[f])
	if (line != "")
		finding("resource", f, "uidlist-lost", "dovecot-uidlist " line \
			": the next login makes a new one from the index; a resync before it gives all " mails[f] " messages new UIDs", "")
}
