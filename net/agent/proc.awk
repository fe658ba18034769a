# SPDX-License-Identifier: MIT
# What /proc tells of the whole host. Each file is read with getline: nothing is forked.

function first_line(file,    line) {
	line = ""
	if ((getline line < file) < 0)
		line = ""
	close(file)
	return line
}

function proc_uptime(    part) {
	split(first_line("/proc/uptime"), part, " ")
	return part[1] + 0
}

# Ticks of all processors since boot: user nice system idle iowait irq softirq steal.
function proc_cpu(    part, total, i) {
	split(first_line("/proc/stat"), part, " ")
	total = 0
	for (i = 2; i <= 9; i++)
		total += part[i]
	return "[" big(total - part[5] - part[6]) "," big(part[6] + 0) "," big(total) "]"
}

function proc_load(    part) {
	if (split(first_line("/proc/loadavg"), part, " ") < 3)
		return "[null,null,null]"
	return "[" part[1] "," part[2] "," part[3] "]"
}

# Told when a figure moved by more than one hundredth of its total.
function proc_memory(full,    file, line, part, value, moved) {
	file = "/proc/meminfo"
	split("", value)
	while ((getline line < file) > 0) {
		split(line, part, /[: ]+/)
		value[part[1]] = part[2]
		if (part[1] == "SwapFree")
			break
	}
	close(file)
	if (!("MemAvailable" in value))
		value["MemAvailable"] = value["MemFree"] + value["Buffers"] + value["Cached"]
	moved = value["MemAvailable"] - memory_available
	if (moved < 0)
		moved = -moved
	if (!full && moved * 100 <= value["MemTotal"] && value["SwapFree"] == memory_swap)
		return
	memory_available = value["MemAvailable"]
	memory_swap = value["SwapFree"]
	say("{\"memory\":{\"total\":" whole(value["MemTotal"]) ",\"available\":" whole(big(memory_available)) \
		",\"swap_total\":" whole(value["SwapTotal"]) ",\"swap_free\":" whole(value["SwapFree"]) "}}")
}

function pressure_of(what,    line) {
	line = first_line("/proc/pressure/" what)
	return match(line, /avg10=[0-9.]+/) ? substr(line, RSTART + 6, RLENGTH - 6) : "null"
}

function proc_pressure(full,    text) {
	text = "{\"cpu\":" pressure_of("cpu") ",\"io\":" pressure_of("io") ",\"memory\":" pressure_of("memory") "}"
	if (text ~ /null.*null.*null/ || (!full && text == pressure_told))
		return
	pressure_told = text
	say("{\"pressure\":" text "}")
}
