# SPDX-License-Identifier: MIT
# File systems that may hold mail: mounts of /proc/self/mountinfo, figures of df.

# \040 and the like stand for bytes that part the fields.
function unescape_mount(text,    out, at) {
	out = ""
	while (match(text, /\\[0-7][0-7][0-7]/)) {
		at = substr(text, RSTART + 1, 3)
		out = out substr(text, 1, RSTART - 1) \
			sprintf("%c", substr(at, 1, 1) * 64 + substr(at, 2, 1) * 8 + substr(at, 3, 1))
		text = substr(text, RSTART + RLENGTH)
	}
	return out text
}

# Fills mount_* by number. More than one mount of a file system: the shortest place counts.
function mounts_read(    file, line, part, dash, i, n, where, device, mode) {
	file = "/proc/self/mountinfo"
	mounts = 0
	split("", mount_of)
	while ((getline line < file) > 0) {
		n = split(line, part, " ")
		for (dash = 7; dash < n && part[dash] != "-"; dash++)
			;
		where = unescape_mount(part[5])
		mode = ("," part[6] "," part[dash + 3] ",") ~ /,ro,/ ? "ro" : "rw"
		if (!mount_holds_mail(part[dash + 1], where, mode))
			continue
		device = part[3]
		if (device in mount_of) {
			i = mount_of[device]
			if (length(mount_where[i]) <= length(where))
				continue
		} else if (mounts < 64)
			i = mount_of[device] = ++mounts
		else
			continue
		mount_where[i] = where
		mount_type[i] = part[dash + 1]
		mount_source[i] = unescape_mount(part[dash + 2])
		mount_mode[i] = mode
	}
	close(file)
}

function mount_holds_mail(type, where, mode) {
	if (type ~ /^(proc|sysfs|devpts|devtmpfs|cgroup2?|securityfs|pstore|bpf|debugfs|tracefs|configfs|fusectl|mqueue|hugetlbfs|autofs|binfmt_misc|rpc_pipefs|nsfs|squashfs|efivarfs|ramfs|iso9660)$/ || (type == "tmpfs" && mode == "ro"))
		return 0
	return (where "/") !~ /^\/(dev|run|sys|proc|snap|boot|etc)\//
}

# Values of df by the place of the mount: its last field, which may hold spaces.
function df_read(option, into,    command, line, part, i, n, where) {
	command = limit "df -P" option " 2>/dev/null"
	n = 0
	while ((command | getline line) > 0) {
		if (!match(line, / +[0-9-]+ +[0-9-]+ +[0-9-]+ +[0-9-]+%? +\//))
			continue
		where = substr(line, RSTART + RLENGTH - 1)
		split(substr(line, RSTART, RLENGTH), part, " ")
		into[where, "size"] = part[1]
		into[where, "free"] = part[3]
		n++
	}
	return close(command) == 0 || n > 0
}

function disks_job(now,    blocks, nodes, i, rows, where, good) {
	mounts_read()
	split("", blocks)
	split("", nodes)
	good = df_read("k", blocks) && df_read("i", nodes)
	if (!good) {
		due["disks"] = now + 300
		problem("disk", "df gave no answer: a network file system may not answer", \
			"look at the mounts on the host: df -P")
		return
	}
	mended("disk")
	rows = ""
	for (i = 1; i <= mounts; i++) {
		where = mount_where[i]
		if (!((where, "size") in blocks))
			continue
		rows = rows (rows == "" ? "" : ",") "[" json(where) "," json(mount_type[i]) "," json(mount_source[i]) \
			"," whole(blocks[where, "size"]) "," whole(blocks[where, "free"]) "," whole(nodes[where, "size"]) \
			"," whole(nodes[where, "free"]) ",\"" mount_mode[i] "\"]"
	}
	cache("disks", "{\"disks\":[" rows "]}")
}
