# SPDX-License-Identifier: MIT
# The answer of a check, as JSON Lines.

function check_print(    code, found) {
	place = ENVIRON["AGENT_PLACE"]
	code = ENVIRON["AGENT_CODE"] + 0
	stored_all = visible_all = rehearsed = 0
	if (!code) {
		say_folders()
		found = say_findings()
		if (found)
			say_forecast()
	}
	say_checked(code, found)
}

# Rows of a list, in lines of at most 32 KiB; say_end ends the last.
function say_row(key, row) {
	if (rows != "" && length(rows) + length(row) > 32000)
		say_end(key)
	rows = rows (rows == "" ? "" : ",") row
}

function say_end(key) {
	if (rows != "")
		print "{\"" key "\":[" rows "]}\n"
	rows = ""
}

function plain(text) {
	if (text ~ /\\/) {
		gsub(/\\\\/, "\001", text)
		gsub(/\\t/, "\t", text)
		gsub(/\\n/, "\n", text)
		gsub(/\001/, "\\", text)
	}
	return text
}

function counts_read(name, count,    line, part) {
	while ((getline line < (place "/" name)) > 0) {
		split(line, part, "\t")
		count[part[1]]++
		folder[part[1]] = 1
	}
	close(place "/" name)
}

function folders_read(name, about,    line, part, i) {
	while ((getline line < (place "/" name)) > 0) {
		split(line, part, "\t")
		folder[part[1]] = 1
		about[part[1]] = 1
		for (i = 3; i <= 5; i++)
			about[part[1], i] = part[i]
	}
	close(place "/" name)
}

function say_folders(    f, line) {
	counts_read("wanted", stored)
	counts_read("seen", seen)
	counts_read("after", after)
	folders_read("seen.folders", now)
	folders_read("after.folders", then)
	while ((getline line < (place "/failed")) > 0)
		failed[line] = 1
	rehearsed = line_read("after.line", will)
	for (f in folder) {
		if (f ~ /^\?/)
			continue
		stored_all += stored[f]
		if ((f in now) && !(f in failed))
			visible_all += seen[f]
		say_row("folders", "[" json(plain(f)) "," stored[f] + 0 "," ((f in now) && !(f in failed) ? seen[f] + 0 : "null") "," \
			(rehearsed && (f in then) ? after[f] + 0 : "null") "," whole(now[f, 3]) "," whole(now[f, 4]) "," json_or_null(now[f, 5]) "]")
	}
	say_end("folders")
}

function say_findings(    line, part, n) {
	while ((getline line < (place "/findings")) > 0) {
		split(line, part, "\t")
		n++
		if (part[3] == "not-readable")
			refused = plain(part[4])
		say_row("findings", "[" json(part[1]) "," json_or_null(plain(part[2])) "," json(part[3]) "," json(plain(part[4])) "," json_or_null(part[5]) "]")
	}
	close(place "/findings")
	say_end("findings")
	return n
}

# "missing N doubled N …" of a comparison, in a list.
function line_read(name, list,    line, part, n, i) {
	if ((getline line < (place "/" name)) <= 0)
		return 0
	close(place "/" name)
	n = split(line, part, " ")
	for (i = 1; i < n; i += 2)
		list[part[i]] = part[i + 1]
	return 1
}

function say_forecast(    was, result, text, n, f, kept, lost_names, lost, missing) {
	if (refused != "") {
		say_forecast_line("refused", "null", "null", "null", "null", "null", "null", "null", \
			"Nothing is repaired while a part of it cannot be read: " refused)
		return
	}
	if (!rehearsed)
		return
	line_read("before.line", was)
	getline lost < (place "/lost")
	lost += 0
	for (f in after)
		n += after[f]
	kept = validity_kept()
	lost_names = 0
	for (f in then)
		if (f ~ /recovered-lost-folder-[0-9a-f]+/ && !(f in now))
			lost_names++
	missing = will["gone"] + lost
	if (lost_names || not_opened() > was_not_opened() || will["gone"] > was["gone"]) {
		result = "worse"
		text = "A resync alone would do harm: " count_of(will["gone"], "message", "messages") " not visible any more, " \
			count_of(lost_names, "new lost folder", "new lost folders")
	} else if (missing + will["doubled"] + will["unplaced"] + not_opened() == 0) {
		result = "ok"
		text = "All " n + 0 " messages will be visible, each in its place"
	} else {
		result = "part"
		text = n + 0 " messages will be visible" (lost ? "; " count_of(lost, "message", "messages") " cannot be had back" : "") \
			(will["gone"] > 0 ? "; " count_of(will["gone"], "message stays", "messages stay") " missing" : "") \
			(will["unplaced"] > 0 ? "; of " will["unplaced"] " nothing tells the folder" : "") \
			(will["doubled"] > 0 ? "; " count_of(will["doubled"], "message", "messages") " that were expunged come back" : "") \
			(not_opened() ? "; " count_of(not_opened(), "folder", "folders") " still cannot be opened" : "")
	}
	say_forecast_line(result, n + 0, missing, will["doubled"], will["unplaced"] + 0, \
		will["flags_lost"] + (ENVIRON["AGENT_DRIVER"] == "maildir" ? 0 : will["flags_unknown"]), uids_kept(will), kept, text)
}

function count_of(n, one, many) {
	return n == 1 ? "1 " one : n + 0 " " many
}

function not_opened(    f, n) {
	n = 0
	for (f in stored)
		if (f !~ /^\?/ && !(f in then))
			n++
	return n
}

function was_not_opened(    f, n) {
	n = 0
	for (f in stored)
		if (f !~ /^\?/ && (!(f in now) || (f in failed)))
			n++
	return n
}

function uids_kept(will) {
	if (will["uids_changed"] + 0 > 0)
		return "false"
	if (will["uids_unknown"] + 0 > 0)
		return ENVIRON["AGENT_DRIVER"] == "mdbox" ? "false" : "null"
	return "true"
}

# UIDVALIDITY as it was known: by the list of folders, else as a login would see it.
function validity_kept(    line, part, f, known, answer) {
	while ((getline line < (place "/validities")) > 0) {
		split(line, part, "\t")
		known[part[1]] = part[2]
	}
	answer = "null"
	for (f in then)
		if (f in known) {
			if (known[f] != then[f, 3])
				return "false"
			answer = "true"
		}
	return answer
}

function say_forecast_line(result, messages, missing, doubled, moved, flags_lost, uids, validity, text) {
	print "{\"forecast\":{\"result\":\"" result "\",\"messages\":" messages ",\"missing\":" missing ",\"doubled\":" doubled \
		",\"moved\":" moved ",\"flags_lost\":" flags_lost ",\"uids_kept\":" uids ",\"uidvalidity_kept\":" validity ",\"text\":" json(text) "}}\n"
}

function say_checked(code, found,    i, where) {
	where = ENVIRON["AGENT_REAL"]
	i = 0
	if (where != "") {
		mounts_read()
		i = mount_under(where)
	}
	print "{\"checked\":{\"mailbox\":" json(ENVIRON["AGENT_NAME"]) ",\"store\":" (i ? json(store_id(i, where)) : "null") \
		",\"driver\":" json_or_null(ENVIRON["AGENT_DRIVER"]) ",\"layout\":" json_or_null(ENVIRON["AGENT_LAYOUT"]) \
		",\"path\":" json_or_null(ENVIRON["AGENT_PATH"]) ",\"ok\":" (code || found ? "false" : "true") ",\"depth\":" ENVIRON["AGENT_DEPTH"] \
		",\"stored\":" (code ? "null" : stored_all) ",\"visible\":" (code || ENVIRON["AGENT_DEPTH"] == 1 ? "null" : visible_all) \
		",\"sessions\":" whole(ENVIRON["AGENT_SESSIONS"]) ",\"seconds\":" sprintf("%.2f", ENVIRON["AGENT_NOW"] - ENVIRON["AGENT_START"])
	if (code)
		print ",\"error\":" json(ENVIRON["AGENT_ERROR"]) ",\"code\":" code
	print "}}\n"
}
