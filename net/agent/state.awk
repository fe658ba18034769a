# SPDX-License-Identifier: MIT
# A mailbox's files and what Dovecot says of them, as lines of state files (state.sh).

function state_begin(    line, part, n, i) {
	FS = "\t"
	place = ENVIRON["AGENT_PLACE"]
	while ((getline line < (place "/namespaces")) > 0) {
		n = ++spaces
		split(line, part, "\t")
		for (i = 1; i <= 10; i++)
			space[n, i] = part[i] == "-" ? "" : part[i]
		prefix[n] = part[2]
		separator[n] = part[3]
		inbox[n] = part[4] == "yes"
		driver[n] = part[5]
		layout[n] = part[7]
	}
	close(place "/namespaces")
	for (i = 0; i < 256; i++)
		code_of[sprintf("%c", i)] = i
	lists_read()
}

# The namespace and the root that a path is under: sets at_space, at_root (path, index, control or
# alt) and at_rest. The longest root counts.
function locate(path,    n, i, root, best) {
	best = at_space = 0
	for (n = 1; n <= spaces; n++)
		for (i = 6; i <= 10; i++) {
			root = space[n, i]
			if (i == 7 || root == "" || index(path "/", root "/") != 1 || length(root) < best)
				continue
			if (length(root) == best && at_space)
				continue
			best = length(root)
			at_space = n
			at_root = i == 6 ? "path" : i == 8 ? "index" : i == 9 ? "control" : "alt"
		}
	at_rest = at_space ? substr(path, best + 2) : ""
	return at_space
}

# The folder that a directory is of, below a root: its name, or "" where it is none.
function folder_at(n, rest,    name) {
	if (layout[n] == "maildir++") {
		if (rest == "" || rest == ".INBOX")
			return "INBOX"
		if (rest !~ /^\.[^\/]*$/)
			return ""
		name = substr(rest, 2)
		return prefix[n] with_separator(decode(name), ".", separator[n])
	}
	if (driver[n] == "maildir" && layout[n] != "index") {
		if (rest == "" || rest == "INBOX")
			return "INBOX"
		return prefix[n] with_separator(decode(rest), "/", separator[n])
	}
	if (rest !~ /^mailboxes\/./)
		return ""
	rest = substr(rest, 11)
	sub(/\/dbox-Mails$/, "", rest)
	if (layout[n] == "index")
		return (n, rest) in list_name ? list_name[n, rest] : "?" rest
	return rest == "INBOX" && inbox[n] ? "INBOX" : prefix[n] with_separator(decode(rest), "/", separator[n])
}

function with_separator(name, from, to,    part, n, i, out) {
	if (from == to)
		return name
	n = split(name, part, from == "." ? "[.]" : "/")
	out = part[1]
	for (i = 2; i <= n; i++)
		out = out to part[i]
	return out
}

# Modified UTF-7, as folders are called on disk.
function decode(text,    out, at, end, run) {
	out = ""
	while ((at = index(text, "&")) > 0 && (end = index(substr(text, at), "-")) > 0) {
		run = substr(text, at + 1, end - 2)
		out = out substr(text, 1, at - 1) (run == "" ? "&" : decode_run(run))
		text = substr(text, at + end)
	}
	return out text
}

# 2 to that power: a busybox awk may have no operator for it.
function power(bits,    value) {
	for (value = 1; bits > 0; bits--)
		value *= 2
	return value
}

function decode_run(run,    i, bits, held, value, high, out) {
	bits = held = high = 0
	out = ""
	for (i = 1; i <= length(run); i++) {
		value = index("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,", substr(run, i, 1)) - 1
		held = held * 64 + value
		bits += 6
		if (bits < 16)
			continue
		bits -= 16
		value = int(held / power(bits))
		held -= value * power(bits)
		if (value >= 55296 && value < 56320)
			high = value
		else {
			if (high)
				value = 65536 + (high - 55296) * 1024 + value - 56320
			high = 0
			out = out utf8(value)
		}
	}
	return out
}

function utf8(code) {
	if (code < 128)
		return sprintf("%c", code)
	if (code < 2048)
		return sprintf("%c%c", 192 + int(code / 64), 128 + code % 64)
	if (code < 65536)
		return sprintf("%c%c%c", 224 + int(code / 4096), 128 + int(code / 64) % 64, 128 + code % 64)
	return sprintf("%c%c%c%c", 240 + int(code / 262144), 128 + int(code / 4096) % 64, 128 + int(code / 64) % 64, 128 + code % 64)
}

# A field of a state file.
function field(text) {
	if (text ~ /[\\\t\n]/) {
		gsub(/\\/, "&&", text)
		gsub(/\t/, "\\t", text)
		gsub(/\n/, "\\n", text)
	}
	return text
}

function unfield(text) {
	if (text ~ /\\/) {
		gsub(/\\\\/, "\001", text)
		gsub(/\\t/, "\t", text)
		gsub(/\\n/, "\n", text)
		gsub(/\001/, "\\", text)
	}
	return text
}

# What the lists of folders say (state_lists): list_name[namespace, GUID], and what they remember of
# each folder: its GUID, UIDVALIDITY, messages. list_there[namespace]: it could be read.
function lists_read(    line, n, row, key, value, box) {
	n = box = 0
	while ((getline line < (place "/lists")) > 0) {
		if (line ~ /^(list|box) \//) {
			lists_names(n)
			box = line ~ /^box/
			n = box ? 0 : list_space(substr(line, 6))
			if (box)
				box_at = substr(line, 5)
			row = 0
			split("", called)
		} else if (box)
			box_line(line)
		else if (line ~ /^-- RECORDS/)
			list_there[n] = 1
		else if (match(line, /^ - [0-9]+ : /)) {
			key = substr(line, 4, RLENGTH - 6) + 0
			called[key] = substr(line, RLENGTH + 1)
		} else if (line ~ /^RECORD: /) {
			row = line
			sub(/.*uid=/, "", row)
			row += 0
			row_name[row] = row_parent[row] = row_guid[row] = ""
		} else if (match(line, /: (name_id|parent_uid|guid|uid_validity|messages|uidnext) +=/)) {
			key = substr(line, RSTART + 2)
			value = key
			sub(/ .*/, "", key)
			sub(/^[^=]*= */, "", value)
			if (key == "name_id")
				row_name[row] = called[value + 0]
			else if (key == "parent_uid")
				row_parent[row] = value + 0
			else if (key == "guid")
				row_guid[row] = value
			else if (key == "uid_validity")
				row_validity[row] = value
			else if (key == "messages")
				row_count[row] = value
			else
				row_next[row] = value
		}
	}
	close(place "/lists")
	lists_names(n)
}

# The name of a folder in its own index, its parts with NUL between.
function box_line(line,    n, rest, i, name, code) {
	if (line ~ /^name \.+ = /)
		box_name = line ~ /= box-name$/
	else if (box_name && line ~ /^header \.+ = [0-9a-f]+$/ && (n = locate(box_at))) {
		rest = at_rest
		sub(/^mailboxes\//, "", rest)
		sub(/\/dbox-Mails$/, "", rest)
		sub(/.*= /, "", line)
		name = ""
		for (i = 1; i < length(line); i += 2) {
			code = hex(substr(line, i, 2))
			name = name (code ? sprintf("%c", code) : separator[n])
		}
		list_name[n, rest] = name == "INBOX" && inbox[n] ? "INBOX" : prefix[n] decode(name)
		unlisted[n, rest] = 1
	}
}

# The directories of folders that are kept by GUIDs and that no list has, where their indexes are.
function state_print_unlisted(    i, n, rest, root) {
	tree_read()
	for (i = 1; i <= tree; i++) {
		if (tree_type[i] != "d" || !(n = locate(tree_path[i])) || layout[n] != "index")
			continue
		rest = at_rest
		if (rest !~ /^mailboxes\/[0-9a-f]+$/ || (n, substr(rest, 11)) in list_name)
			continue
		root = space[n, 8] == "" ? space[n, 6] : space[n, 8]
		if (index(tree_path[i], root "/") == 1)
			print root "/" rest
	}
}

function list_space(root,    n) {
	for (n = 1; n <= spaces; n++)
		if ((space[n, 8] == "" ? space[n, 6] : space[n, 8]) == root)
			return n
	return 0
}

function lists_names(n,    uid, up, full, depth) {
	if (n)
		for (uid in row_name) {
			full = row_name[uid]
			depth = 0
			for (up = row_parent[uid]; up && (up in row_name) && depth++ < 50; up = row_parent[up])
				full = row_name[up] separator[n] full
			full = full == "INBOX" && inbox[n] ? "INBOX" : prefix[n] decode(full)
			listed[n, full] = row_guid[uid]
			list_validity[n, full] = row_validity[uid]
			list_count[n, full] = row_count[uid]
			list_next[n, full] = row_next[uid]
			if (row_guid[uid] !~ /^0*$/)
				list_name[n, row_guid[uid]] = full
		}
	split("", row_name)
}

# Reads the tree: tree_*[1..tree].
function tree_read(    line, part) {
	while ((getline line < (place "/tree")) > 0) {
		if (split(line, part, "\t") != 8)
			continue
		tree++
		tree_type[tree] = part[1]
		tree_mode[tree] = part[2]
		tree_uid[tree] = part[3]
		tree_gid[tree] = part[4]
		tree_size[tree] = part[5]
		sub(/\/$/, "", part[8])
		tree_path[tree] = part[8]
	}
	close(place "/tree")
}

# The files with mail of dbox, m.N or u.N.
function state_print_files(letter,    i, base) {
	tree_read()
	for (i = 1; i <= tree; i++) {
		base = tree_path[i]
		sub(/.*\//, "", base)
		if (tree_type[i] != "d" && tree_type[i] != "above" && base ~ ("^" letter "[.][0-9]+$"))
			print tree_path[i]
	}
}

function base_of(path) {
	sub(/.*\//, "", path)
	return path
}

function folder_of_path(path) {
	sub(/\/[^\/]*$/, "", path)
	return path
}
