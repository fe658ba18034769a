# SPDX-License-Identifier: MIT
# Where one mailbox keeps its mail: from what doveconf says (standard input) and what `doveadm user`
# said of it (the file AGENT_USER). Uses stores.awk's expand and number_in.

function place_print(    code) {
	name = ENVIRON["AGENT_NAME"]
	conf_read()
	code = user_read()
	if (code)
		place_say(code, trouble)
	spaces_print()
	if (!inbox_row)
		place_say(75, "it has no private namespace with an INBOX that mailmend knows to read")
	place_say(0, "")
}

function place_say(code, error) {
	print code "\037" error "\037" user["home"] "\037" number_in("/etc/passwd", user["uid"]) "\037" \
		number_in("/etc/group", user["gid"]) "\037" inbox_driver "\037" inbox_path "\037" inbox_layout "\037" needed_plugins()
	exit
}

# conf[key], and of namespaces conf[NAME, key]; names in space_name[1..spaces].
function conf_read(    line, depth, space, key, value) {
	depth = 0
	while ((getline line) > 0) {
		sub(/^ +/, "", line)
		if (line == "}") {
			if (--depth == 0)
				space = ""
		} else if (line ~ /\{$/) {
			if (depth++ == 0 && line ~ /^namespace /) {
				space = line
				sub(/^namespace */, "", space)
				sub(/ *\{$/, "", space)
				space_name[++spaces] = space
			}
		} else if (depth <= 1 && match(line, / = ?/)) {
			key = substr(line, 1, RSTART - 1)
			value = unquote(substr(line, RSTART + RLENGTH))
			if (space != "")
				conf[space, key] = value
			else if (depth == 0)
				conf[key] = value
		}
	}
}

function unquote(text) {
	if (text ~ /^".*"$/) {
		text = substr(text, 2, length(text) - 2)
		gsub(/\\"/, "\"", text)
		gsub(/\\\\/, "\\", text)
	}
	return text
}

function user_read(    file, line, at, key) {
	file = ENVIRON["AGENT_USER"]
	trouble = "doveadm user said nothing of it"
	while ((getline line < file) > 0) {
		if (line ~ /^userdb lookup: user .* doesn.t exist$/) {
			trouble = "Dovecot on this host knows no such mailbox"
			close(file)
			return 67
		}
		if (line ~ /(Error|Fatal|Panic): / && line !~ /stats-writer/)
			trouble = line
		at = index(line, "\t")
		if (at > 1)
			user[substr(line, 1, at - 1)] = substr(line, at + 1)
	}
	close(file)
	if (user["home"] == "" && user["mail"] == "" && user["mail_path"] == "")
		return 75
	return 0
}

# What a namespace says, else the mailbox, else the configuration.
function setting(space, key) {
	if ((space "/" key) in user)
		return user[space "/" key]
	if (("namespace/" space "/" key) in user)
		return user["namespace/" space "/" key]
	return conf[space, key]
}

# 2.4: a namespace's own path wins over the mailbox's own, that over the configuration.
function path_setting(space, key) {
	if (("namespace/" space "/" key) in user)
		return user["namespace/" space "/" key]
	if ((space, key) in conf)
		return conf[space, key]
	return key in user ? user[key] : conf[key]
}

function spaces_print(    i, space, location) {
	for (i = 1; i <= spaces; i++) {
		space = space_name[i]
		split("", option)
		others = ""
		location = setting(space, "location")
		if ("mail_location" in conf) {
			if (location == "")
				location = "mail" in user ? user["mail"] : conf["mail_location"]
			location_split(location)
		} else {
			driver = path_setting(space, "mail_driver")
			path = path_setting(space, "mail_path")
			option["LAYOUT"] = path_setting(space, "mailbox_list_layout")
			option["INDEX"] = path_setting(space, "mail_index_path")
			option["CONTROL"] = path_setting(space, "mail_control_path")
			option["ALT"] = path_setting(space, "mail_alt_path")
		}
		space_print(space)
	}
}

function location_split(location,    part, n, i, at, key) {
	n = split(location, part, ":")
	driver = part[1]
	path = part[2]
	for (i = 3; i <= n; i++) {
		at = index(part[i], "=")
		key = at ? substr(part[i], 1, at - 1) : part[i]
		if (key ~ /^(INDEX|CONTROL|ALT|LAYOUT)$/)
			option[key] = substr(part[i], at + 1)
		else if (key !~ /^(VOLATILEDIR|INDEXPVT|INDEXCACHE)$/)
			others = others ":" part[i]
	}
}

function space_print(space,    type, inbox, separator, index_at, control, alt, at) {
	type = setting(space, "type")
	inbox = setting(space, "inbox") == "yes"
	if (setting(space, "disabled") == "yes")
		return
	# An alias would show the same folders once more.
	if ((type != "" && type != "private") || setting(space, "alias_for") != "") {
		print space >(ENVIRON["AGENT_NAMESPACES"] ".others")
		return
	}
	if (driver !~ /^(mdbox|sdbox|dbox|maildir)$/) {
		if (inbox) {
			trouble = "its mail is kept as \"" driver "\"; mailmend knows mdbox, sdbox and maildir"
			place_say(69, trouble)
		}
		print space >(ENVIRON["AGENT_NAMESPACES"] ".others")
		return
	}
	if (driver == "dbox")
		driver = "sdbox"
	at = expand(path, name, user["home"])
	if (at == "") {
		if (inbox)
			place_say(75, "its path " path " cannot be told from the userdb alone")
		return
	}
	sub(/\/+$/, "", at)
	if (option["LAYOUT"] == "" || (option["LAYOUT"] == "fs" && driver == "maildir" && !("mail_location" in conf)))
		option["LAYOUT"] = driver == "maildir" ? "maildir++" : "fs"
	separator = setting(space, "separator")
	if (separator == "")
		separator = option["LAYOUT"] == "maildir++" ? "." : "/"
	index_at = option["INDEX"] == "MEMORY" ? "" : expand(option["INDEX"], name, user["home"])
	control = expand(option["CONTROL"], name, user["home"])
	alt = expand(option["ALT"], name, user["home"])
	print space "\t" setting(space, "prefix") "\t" separator "\t" (inbox ? "yes" : "no") "\t" driver "\t" at "\t" \
		option["LAYOUT"] "\t" dash(index_at, at) "\t" dash(control, at) "\t" dash(alt, at) "\t" others >ENVIRON["AGENT_NAMESPACES"]
	if (inbox || !inbox_row) {
		inbox_row = 1
		inbox_driver = driver
		inbox_path = at
		inbox_layout = option["LAYOUT"]
	}
}

function dash(value, path) {
	sub(/\/+$/, "", value)
	return value == "" || value == path ? "-" : value
}

# Of the plugins only those that are needed to read a message: others would tell the world about a
# rehearsal. Nothing when there are none to leave out.
function needed_plugins(    n, i, part, keep, dropped) {
	n = split(conf["mail_plugins"], part, " ")
	for (i = 1; i <= n; i++) {
		if (part[i] ~ /^(zlib|mail_compress|mail_crypt|mail_filter)$/)
			keep = keep (keep == "" ? "" : " ") part[i]
		else
			dropped = 1
	}
	return dropped ? "mail_plugins=" keep : ""
}
