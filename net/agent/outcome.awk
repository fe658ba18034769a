# SPDX-License-Identifier: MIT
# The outcome of a unit, as the journal has it.

function outcome_truth(text) {
	return text == "yes" ? "true" : text == "no" ? "false" : "null"
}

function outcome_commands(    line, list, n) {
	list = ""
	while (n < 200 && length(list) < 40000 && (getline line < ENVIRON["COMMANDS"]) > 0) {
		if (length(line) > 300)
			line = substr(line, 1, 300) " …"
		list = list (n++ ? "," : "") json(line)
	}
	return "[" list "]"
}

function outcome_print(    f, time) {
	split(ENVIRON["FIGURES"], f, "|")
	split(ENVIRON["SECONDS_RUN"], time, " ")
	print "{\"result\":" json(ENVIRON["RESULT"]) ",\"before\":{\"messages\":" whole(f[1]) ",\"folders\":" whole(f[2]) \
		"},\"after\":{\"messages\":" whole(f[3]) ",\"folders\":" whole(f[4]) "},\"seconds\":" sprintf("%.2f", time[2] - time[1]) \
		",\"missing\":" whole(f[5]) ",\"moved\":" whole(f[6]) ",\"doubled\":" whole(f[7]) ",\"flags_lost\":" whole(f[8]) \
		",\"uids_kept\":" outcome_truth(ENVIRON["UIDS"]) ",\"uidvalidity_before\":" whole(f[9]) ",\"uidvalidity_after\":" whole(f[10]) \
		",\"copy\":" json_or_null(ENVIRON["COPY"]) ",\"error\":" json_or_null(ENVIRON["ERROR"]) ",\"commands\":" outcome_commands() "}\n"
}
