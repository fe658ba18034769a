# SPDX-License-Identifier: MIT
# dbox's own files: what they hold, and what of it is whole.

# $place/messages of sdbox, a line a file: namespace, path, UID, GUID, size, state, folder it was
# saved to. State: good, empty, short (less than its header says), garbage, extra.
#
# heads and tails are what `head -v` and `tail -v` printed of $place/names, in that order.
function sdbox_read(    n, i) {
	tree_read()
	for (i = 1; i <= tree; i++)
		size_of[tree_path[i]] = tree_size[i]
	n = names_read()
	blocks_read(place "/heads", n, "head")
	blocks_read(place "/tails", n, "tail")
	for (i = 1; i <= n; i++)
		sdbox_print(i)
}

function names_read(    line, n) {
	n = 0
	while ((getline line < (place "/names")) > 0)
		named[++n] = line
	close(place "/names")
	return n
}

# A block begins with the very name that is due; mail that looks like one is no other file's name.
function blocks_read(file, n, end,    line, i, due) {
	i = 0
	due = "==> " named[1] " <=="
	while ((getline line < file) > 0) {
		if (line == due && i < n) {
			i++
			due = "==> " named[i + 1] " <=="
			count = meta[i] = 0
			continue
		}
		if (end == "head") {
			if (++count == 1)
				head_line[i] = line
			else if (count == 2)
				message_line[i] = line
		} else if (line == "\001\003") {
			meta[i] = 4
			guid_of[i] = saved_in[i] = ""
		} else if (meta[i]) {
			meta[i] += length(line) + 1
			if (line ~ /^G[0-9a-f]+$/)
				guid_of[i] = substr(line, 2)
			else if (line ~ /^B/)
				saved_in[i] = substr(line, 2)
		}
	}
	close(file)
	# Between two blocks stands an empty line that is no file's.
	if (end == "tail")
		for (i = 1; i < n; i++)
			meta[i]--
}

function sdbox_print(i,    path, size, total, state) {
	path = named[i]
	size = size_of[path]
	total = length(head_line[i]) + 1 + 30 + hex(substr(message_line[i], 14, 16)) + meta[i]
	if (size == 0)
		state = "empty"
	else if (head_line[i] !~ /^2 M1e/ || substr(message_line[i], 1, 3) != "\001\002N")
		state = "garbage"
	else if (guid_of[i] == "" || total > size)
		state = "short"
	else
		state = total == size ? "good" : "garbage"
	locate(path)
	sub(/.*\/u[.]/, "", path)
	print at_space "\t" named[i] "\t" path "\t" (guid_of[i] == "" ? "?" : guid_of[i]) "\t" size "\t" state "\t" field(saved_in[i])
}

function hex(text,    i, value) {
	value = 0
	text = tolower(text)
	for (i = 1; i <= length(text); i++)
		value = value * 16 + index("123456789abcdef", substr(text, i, 1))
	return value
}

# $place/messages of mdbox, a line a message: namespace, path of m.N, map's UID, GUID, size, state,
# folder it was saved to, reference count, offset. State: good, broken (the file cannot be read
# from there on), missing (only the map knows it). A message that the map does not know has the
# reference count "-". $place/map: a line a namespace: there or lost.
function mdbox_read(    i) {
	dumps_read(place "/dumps")
	dumps_read(place "/found.broken")
	map_read()
	for (i = 1; i <= messages; i++)
		print message_space[i] "\t" message_path[i] "\t" (i in map_uid ? map_uid[i] : "?") "\t" message_guid[i] "\t" message_size[i] "\t" \
			(message_guid[i] == "?" ? "broken" : "good") "\t" field(message_saved[i]) "\t" (i in map_ref ? map_ref[i] : "-") "\t" message_offset[i] >(place "/messages")
}

function dumps_read(from,    line, n, path, offset, file, at) {
	while ((getline line < from) > 0) {
		if (line ~ /^file \//) {
			path = substr(line, 6)
			n = locate(path)
			file = path
			sub(/.*\/m[.]/, "", file)
			path_of[n, file] = path
			offset = ""
		} else if (line ~ /^offset [0-9]+:$/) {
			offset = substr(line, 8) + 0
			at = (n, file + 0, offset) in found ? found[n, file + 0, offset] : ++messages
			found[n, file + 0, offset] = at
			message_space[at] = n
			message_path[at] = path
			message_offset[at] = offset
			message_guid[at] = "?"
		} else if (offset != "" && line ~ /^msg[.]size = /)
			message_size[at] = substr(line, 12)
		else if (offset != "" && line ~ /^msg[.]guid = /)
			message_guid[at] = substr(line, 12)
		else if (offset != "" && line ~ /^msg[.]orig-mailbox = /)
			message_saved[at] = substr(line, 20)
		else if (line ~ /^(Fatal|Error|Panic): / && line !~ /stats-writer/)
			printf "%s\t%s\t%s\n", n, path, line >(place "/broken")
	}
	close(from)
}

# A whole m.N on standard input, as a dump of it would be: a message counts when what is said of it
# begins where its size ends.
function mdbox_scan(    line, at, begin, size, inside, guid, saved) {
	at = begin = inside = 0
	while ((getline line) > 0) {
		if (inside && line == "") {
			if (guid != "")
				printf "offset %d:\nmsg.size = %d\nmsg.guid = %s\nmsg.orig-mailbox = %s\n", begin, size, guid, saved
			inside = begin = 0
		} else if (inside) {
			if (line ~ /^G[0-9a-f]+$/)
				guid = substr(line, 2)
			else if (line ~ /^B/)
				saved = substr(line, 2)
		} else if (line == "\001\003" && begin && at - 1 == begin + 30 + size) {
			inside = 1
			guid = saved = ""
		} else if (length(line) == 29 && substr(line, 1, 3) == "\001\002N" && (!begin || at > begin + 30 + size)) {
			begin = at
			size = hex(substr(line, 14, 16))
		}
		at += length(line) + 1
	}
}

function map_read(    line, n, uid, file, offset, size) {
	n = 0
	while ((getline line < (place "/maps")) > 0) {
		if (line ~ /^map \//) {
			n = list_space(substr(line, 5))
			uid = ""
		} else if (line ~ /^-- RECORDS/)
			there[n] = 1
		else if (line ~ /^RECORD: /) {
			uid = line
			sub(/.*uid=/, "", uid)
			uid += 0
		} else if (line ~ /: file_id +=/)
			file = last_number(line)
		else if (line ~ /: offset +=/)
			offset = last_number(line)
		else if (line ~ /: size +=/)
			size = last_number(line)
		else if (line ~ /^ - ext [0-9]+ ref +:/) {
			sub(/^[^:]*: */, "", line)
			map_take(n, uid, file, offset, size, line + 0)
		}
	}
	close(place "/maps")
	for (n = 1; n <= spaces; n++)
		if (driver[n] == "mdbox")
			print n "\t" (there[n] ? "there" : "lost") >(place "/map")
}

function last_number(line) {
	sub(/.*= */, "", line)
	return line + 0
}

function map_take(n, uid, file, offset, size, ref,    i) {
	if ((n, file, offset) in found) {
		i = found[n, file, offset]
		map_uid[i] = uid
		map_ref[i] = ref
	} else if (ref > 0)
		print n "\t" ((n, file) in path_of ? path_of[n, file] : "?") "\t" uid "\t?\t" size "\tmissing\t\t" ref "\t" offset "\t" file >(place "/messages")
}
