# SPDX-License-Identifier: MIT
# The mounts of this process, mount_*[1..mounts], as /proc/self/mountinfo has them.

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

function mounts_read(    file, line, part, dash, n) {
	file = "/proc/self/mountinfo"
	mounts = 0
	while ((getline line < file) > 0) {
		n = split(line, part, " ")
		for (dash = 7; dash < n && part[dash] != "-"; dash++)
			;
		mounts++
		mount_device[mounts] = part[3]
		mount_root[mounts] = unescape_mount(part[4])
		mount_where[mounts] = unescape_mount(part[5])
		mount_mode[mounts] = ("," part[6] "," part[dash + 3] ",") ~ /,ro,/ ? "ro" : "rw"
		mount_type[mounts] = part[dash + 1]
		mount_source[mounts] = unescape_mount(part[dash + 2])
	}
	close(file)
}

# The mount a real path is on: the longest place above it, the last of equals.
function mount_under(path,    i, best, where) {
	best = 0
	if (path == "")
		return 0
	for (i = 1; i <= mounts; i++) {
		where = mount_where[i] == "/" ? "" : mount_where[i]
		if (index(path "/", where "/") == 1 && (!best || length(mount_where[i]) >= length(mount_where[best])))
			best = i
	}
	return best
}
