# SPDX-License-Identifier: MIT
# Processes of sessions: their figures, at little cost. A look at one is two files of /proc.
# What moved lately is looked at in each sample; of the rest WATCH_LEAST, or as many as it
# takes for each to have its turn within WATCH_ROUND seconds.
#
#	ring[1..ring_count]	the processes, slot[pid] their places, turn the next one's
#	born[pid]		start time: a number used again has another
#	ticks read_of written	figures at the last look, looked_at its time

function watch_init() {
	WATCH_ROUND = 10
	WATCH_LEAST = 20
	WATCH_BUSY = 5
	WATCH_NEW = 2
	ring_count = 0
	turn = 0
}

function watch_add(pid) {
	if (pid in slot) {
		holders[pid]++
		return
	}
	ring[++ring_count] = pid
	slot[pid] = ring_count
	holders[pid] = 1
	busy[pid] = WATCH_NEW
}

function watch_drop(pid) {
	if (!(pid in slot) || --holders[pid] > 0)
		return
	ring[slot[pid]] = ring[ring_count]
	slot[ring[ring_count]] = slot[pid]
	delete ring[ring_count--]
	delete slot[pid]
	delete holders[pid]
	watch_forget(pid)
	delete busy[pid]
}

function watch_forget(pid) {
	delete born[pid]
	delete ticks[pid]
	delete read_of[pid]
	delete written[pid]
	delete looked_at[pid]
}

function watch_clear() {
	split("", ring); split("", slot); split("", holders); split("", busy); split("", born)
	split("", ticks); split("", read_of); split("", written); split("", looked_at)
	ring_count = 0
}

# Bytes from and to storage; null where the file may not be read.
function watch_io(pid,    file, line, part, got) {
	file = "/proc/" pid "/io"
	read_of[pid] = written[pid] = "null"
	while ((got = (getline line < file)) > 0) {
		split(line, part, " ")
		if (part[1] == "read_bytes:")
			read_of[pid] = whole(part[2])
		else if (part[1] == "write_bytes:") {
			written[pid] = whole(part[2])
			break
		}
	}
	close(file)
	if (got > 0)
		mended("io")
	else if (got < 0 && first_line("/proc/" pid "/stat") != "")
		problem("io", "this user may not read /proc/PID/io of the mail processes: no bytes read and written", BECOME)
}

# Looks at one process; tells what changed. False when there is no such process.
function watch_look(pid, now,    line, part, sum, seconds) {
	line = first_line("/proc/" pid "/stat")
	# The name in it may hold spaces and brackets; after the last bracket it cannot.
	if (!match(line, /.*\) /))
		return 0
	split(substr(line, RLENGTH + 1), part, " ")
	sum = part[12] + part[13]
	if ((pid in born) && born[pid] != part[20]) {
		watch_forget(pid)
		session_reborn(pid)
	}
	if ((pid in born) && sum == ticks[pid]) {
		looked_at[pid] = now
		if ((pid in busy) && --busy[pid] <= 0)
			delete busy[pid]
		return 1
	}
	seconds = (pid in born) ? sprintf("%.2f", now - looked_at[pid]) : 0
	watch_io(pid)
	if (pid in born)
		busy[pid] = WATCH_BUSY
	born[pid] = part[20]
	ticks[pid] = sum
	looked_at[pid] = now
	list("use", "[" pid "," big(sum) "," read_of[pid] "," written[pid] "," seconds "]")
	return 1
}

function watch_sample(now, passed,    pid, share, i) {
	for (pid in busy)
		if (!watch_look(pid, now))
			delete busy[pid]
	share = int(ring_count * passed / WATCH_ROUND) + 1
	if (share < WATCH_LEAST)
		share = WATCH_LEAST
	if (share > ring_count)
		share = ring_count
	for (i = 0; i < share; i++) {
		turn = turn % ring_count + 1
		pid = ring[turn]
		if (looked_at[pid] != now)
			watch_look(pid, now)
	}
}

# After a full sample: what is known, without a look at it.
function watch_retell(    i, pid) {
	for (i = 1; i <= ring_count; i++) {
		pid = ring[i]
		if (pid in born)
			list("use", "[" pid "," big(ticks[pid]) "," read_of[pid] "," written[pid] ",0]")
	}
}
