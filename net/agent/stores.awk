# SPDX-License-Identifier: MIT
# Two passes over looked-up mailboxes; fields between them are parted by \037, which no name
# and no path that is looked at can hold.

# First pass. Lines "ask\037NAME" (looked up, in this order) and "bad\037NAME\037WHY", then
# "--" and what doveadm said: a block of fields for each found, a sentence for each that is not.
# Says "again" when the two do not match: then they have to be looked up one by one.
function lookup_read(    line, part, block, key, at, parted) {
	asked = 0
	while ((getline line) > 0 && line != "--") {
		split(line, part, "\037")
		name_of[++asked] = part[2]
		why[asked] = part[1] == "bad" ? part[3] : ""
		if (part[1] == "ask")
			number_of[part[2]] = asked
	}
	block = parted = 0
	split("", field)
	while ((getline line) > 0) {
		if (match(line, /^userdb lookup: user /) && match(line, / doesn.t exist$/)) {
			key = substr(line, 21, RSTART - 21)
			if (key in number_of)
				why[number_of[key]] = "Dovecot does not know this mailbox"
		} else if (line ~ /^(Error|Fatal|Panic): |^doveadm\(.*(Error|Fatal): /) {
			if (trouble == "" && line !~ /stats-writer/)
				trouble = line
		} else if ((at = index(line, "\t")) > 1) {
			key = substr(line, 1, at - 1)
			if (key == "field")
				continue
			# 2.4 has nothing between blocks: a field that is there already begins the next.
			if (!block || parted || ((block, key) in field))
				block++
			parted = 0
			field[block, key] = substr(line, at + 1)
		} else if (line == "" || line == "\t")
			parted = 1
		else if (line ~ /not found$/ && trouble == "")
			trouble = line
	}
	return block
}

function lookup_print(    blocks, found, i, n) {
	blocks = lookup_read()
	found = 0
	for (i = 1; i <= asked; i++)
		found += why[i] == ""
	if (found != blocks && asked > 1) {
		print "again"
		return
	}
	n = 0
	for (i = 1; i <= asked; i++) {
		if (why[i] == "" && ++n > blocks)
			why[i] = trouble == "" ? "doveadm user said nothing of it" : trouble
		if (why[i] == "")
			print_found(name_of[i], n)
		else
			print_row(name_of[i], "", "", "", "", "", "", why[i])
	}
}

# 2.3 has one field "mail"; 2.4 has mail_driver and mail_path, and leaves out what only its
# configuration says.
function print_found(name, n,    home, location, driver, path) {
	home = field[n, "home"]
	location = driver = ""
	if ((n, "mail") in field) {
		location = field[n, "mail"]
		path = location
		if (match(location, /^[a-z]+:/)) {
			driver = substr(location, 1, RLENGTH - 1)
			path = substr(location, RLENGTH + 1)
		}
		sub(/:.*/, "", path)
	} else {
		driver = (n, "mail_driver") in field ? field[n, "mail_driver"] : ENVIRON["AGENT_DRIVER"]
		path = (n, "mail_path") in field ? field[n, "mail_path"] : ENVIRON["AGENT_PATH"]
		if (path != "")
			location = driver ":" path
	}
	if (driver == "auto")
		driver = ""
	print_row(name, home, driver, expand(path, name, home), location, number_in("/etc/passwd", field[n, "uid"]), \
		number_in("/etc/group", field[n, "gid"]), "")
}

function print_row(name, home, driver, path, location, uid, gid, error,    row) {
	row = name "\037" home "\037" driver "\037" path "\037" location "\037" uid "\037" gid "\037" error
	print row
}

# What doveadm leaves to be filled in: the home, and variables. Nothing when there are others.
function expand(path, name, home,    at, local, domain) {
	if (path == "")
		return ""
	if ((path == "~" || path ~ /^~\//) && home != "")
		path = home substr(path, 2)
	at = index(name, "@")
	local = at ? substr(name, 1, at - 1) : name
	domain = at ? substr(name, at + 1) : ""
	gsub(/ *[|] */, "|", path)
	path = fill(fill(fill(path, "%{user}", name), "%{user|username}", local), "%{user|domain}", domain)
	path = fill(fill(fill(fill(path, "%u", name), "%n", local), "%d", domain), "%h", home)
	path = fill(path, "%{home}", home)
	if (index(path, "%{"))
		return ""
	if (path !~ /^\// && home != "" && path !~ /^~/)
		path = home "/" path
	return path ~ /^\// ? path : ""
}

function fill(text, mark, value,    out, at) {
	out = ""
	while ((at = index(text, mark)) > 0) {
		out = out substr(text, 1, at - 1) value
		text = substr(text, at + length(mark))
	}
	return out text
}

# A number as it is, a name by the file of names; nothing when it is not there.
function number_in(file, name,    line, part) {
	if (name == "" || name ~ /^[0-9]+$/)
		return name
	if ((file, name) in numbers)
		return numbers[file, name]
	numbers[file, name] = ""
	while ((getline line < file) > 0) {
		split(line, part, ":")
		if (part[1] == name) {
			numbers[file, name] = part[3]
			break
		}
	}
	close(file)
	return numbers[file, name]
}

# Second pass: rows with what the shell saw of the path: where it really is, and whether.
function stores_print(    line, part, i) {
	mounts_read()
	while ((getline line) > 0) {
		split(line, part, "\037")
		i = mount_under(part[9])
		print "{\"store\":{\"mailbox\":" json(part[1]) ",\"home\":" json_or_null(part[2]) ",\"driver\":" json_or_null(part[3]) \
			",\"path\":" json_or_null(part[4]) ",\"location\":" json_or_null(part[5]) \
			",\"mounted\":" (i ? json(mount_where[i]) : "null") ",\"source\":" (i ? json(mount_source[i]) : "null") \
			",\"type\":" (i ? json(mount_type[i]) : "null") ",\"id\":" (i ? json(store_id(i, part[9])) : "null") \
			",\"there\":" part[10] ",\"uid\":" whole(part[6]) ",\"gid\":" whole(part[7]) ",\"error\":" json_or_null(part[8]) "}}\n"
	}
}

# The same place has the same text, on whichever host it is seen.
function store_id(i, path,    below) {
	below = (mount_root[i] == "/" ? "" : mount_root[i]) substr(path, (mount_where[i] == "/" ? 0 : length(mount_where[i])) + 1)
	if (mount_type[i] ~ /^(nfs4?|cifs|smb3|ceph|lustre|9p|afs|fuse\.(glusterfs|ceph|sshfs|s3fs|moosefs|juicefs))$/)
		return (mount_type[i] == "nfs4" ? "nfs" : mount_type[i]) ":" mount_source[i] below
	return ENVIRON["AGENT_BOOT"] ":" mount_device[i] below
}
