# SPDX-License-Identifier: MIT
# File systems that may hold mail: their mounts, and the figures of df.

function holds_mail(type, where, mode) {
	if (type ~ /^(proc|sysfs|devpts|devtmpfs|cgroup2?|securityfs|pstore|bpf|debugfs|tracefs|configfs|fusectl|mqueue|hugetlbfs|autofs|binfmt_misc|rpc_pipefs|nsfs|squashfs|efivarfs|ramfs|iso9660)$/ || (type == "tmpfs" && mode == "ro"))
		return 0
	return (where "/") !~ /^\/(dev|run|sys|proc|snap|boot|etc)\//
}

# A system's own file systems may well be read-only, when nothing that mail hosts write lies there.
function only_read(i,    place, n, k) {
	if (mount_mode[i] != "ro" || mount_where[i] !~ /^\/$|^\/(usr|opt|nix|gnu|media|lib[^\/]*|s?bin)(\/|$)/)
		return 0
	n = split("/var/log /var/lib /var/spool", place, " ")
	place[++n] = queue_directory
	for (k = 1; k <= n; k++)
		if (place[k] != "" && mount_device[mount_under(place[k])] == mount_device[i])
			return 0
	return 1
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
	close(command)
	return n
}

# A file system is read-only when none of its mounts can be written.
function better_mount(one, other) {
	if (mount_mode[one] != mount_mode[other])
		return mount_mode[one] == "rw"
	return length(mount_where[one]) < length(mount_where[other])
}

# One mount of each file system, that at the shortest place; at most 64. Returns how many.
function disks_choose(chosen,    i, n, device, of) {
	n = 0
	split("", of)
	for (i = 1; i <= mounts; i++) {
		device = mount_device[i]
		if (!holds_mail(mount_type[i], mount_where[i], mount_mode[i]))
			continue
		if (!(device in of)) {
			if (n >= 64)
				continue
			of[device] = ++n
			chosen[n] = i
		} else if (better_mount(i, chosen[of[device]]))
			chosen[of[device]] = i
	}
	return n
}

function disks_job(now,    blocks, nodes, chosen, n, k, i, rows, where) {
	split("", blocks)
	split("", nodes)
	split("", chosen)
	if (!df_read("k", blocks)) {
		due["disks"] = now + 300
		problem("disk", "df gave no answer: a network file system may not answer", \
			"look at the mounts on the host: df -P")
		return
	}
	mended("disk")
	df_read("i", nodes)
	mounts_read()
	n = disks_choose(chosen)
	rows = ""
	for (k = 1; k <= n; k++) {
		i = chosen[k]
		where = mount_where[i]
		if (!((where, "size") in blocks) || only_read(i))
			continue
		rows = rows (rows == "" ? "" : ",") "[" json(where) "," json(mount_type[i]) "," json(mount_source[i]) \
			"," whole(blocks[where, "size"]) "," whole(blocks[where, "free"]) "," whole(nodes[where, "size"]) \
			"," whole(nodes[where, "free"]) ",\"" mount_mode[i] "\"]"
	}
	cache("disks", "{\"disks\":[" rows "]}")
}
