# SPDX-License-Identifier: MIT
# What is still to be done after a resync: state files WANTED (what should be visible) and SEEN
# (what is) become steps, a line each, TAB between the fields:
#
#	move FROM UID TO		an instance that came to the wrong folder
#	copy FROM UID TO		one that is missing in a folder and is in another
#	expunge FROM UID		one that a rebuild made: of STORED's, wanted nowhere any more
#	flags FOLDER UID FLAGS		flags that were known and are not there
#
# ENVIRON: WANTED, SEEN, STORED state files; TWINS "yes" where nobody else changed anything
# meanwhile, so that what is too many is of the rebuild's making. A FOLDER of WANTED that begins with
# "?": it should be somewhere. Folders are named as in state files.

function settle_read(file, what,    line, part) {
	while ((getline line < file) > 0) {
		if (split(line, part, "\t") < 3)
			continue
		if (what == "stored")
			known[part[2]] = 1
		else if (what == "wanted")
			settle_want(part[1], part[2], part[3], part[4])
		else
			settle_have(part[1], part[2], part[3], part[4])
	}
	close(file)
}

function settle_want(folder, guid, uid, flags,    n) {
	known[guid] = 1
	wanted_guid[guid] = 1
	if (folder ~ /^[?]/) {
		anywhere[guid]++
		return
	}
	n = ++want[folder, guid]
	if (n == 1)
		want_in[guid] = want_in[guid] folder "\034"
	want_uid[folder, guid, n] = uid
	want_flags[folder, guid, n] = flags
	wanted_uid[folder, guid, uid] = 1
}

function settle_have(folder, guid, uid, flags,    n) {
	n = ++have[folder, guid]
	if (n == 1)
		have_in[guid] = have_in[guid] folder "\034"
	if (!(guid in seen_guid))
		order[++guids] = guid
	seen_guid[guid] = 1
	have_uid[folder, guid, n] = uid
	have_flags[folder, guid, n] = flags
}

# A folder with the name of a lost one.
function settle_lost(name) {
	return name ~ /(^|[^0-9A-Za-z])(recovered-lost-folder-|lost-)[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]/ || \
		name ~ /-[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]$/
}

# The instances of a message that are too many in their folders: spare[1..], the last come first;
# where a UID was wanted, it stays.
function settle_spare(guid,    list, n, i, j, k, over, folder) {
	spares = 0
	n = split(have_in[guid], list, "\034") - 1
	for (i = 1; i <= n; i++) {
		folder = list[i]
		over = have[folder, guid] - want[folder, guid]
		for (k = 1; k <= 2 && over > 0; k++)
			for (j = have[folder, guid]; j >= 1 && over > 0; j--) {
				if ((folder, guid, j) in taken || (k == 1 && (folder, guid, have_uid[folder, guid, j]) in wanted_uid))
					continue
				taken[folder, guid, j] = 1
				spare[++spares] = folder "\t" have_uid[folder, guid, j]
				over--
			}
	}
}

function settle_message(guid,    list, n, i, folder, lack, first) {
	settle_spare(guid)
	n = split(want_in[guid], list, "\034") - 1
	for (i = 1; i <= n; i++) {
		folder = list[i]
		for (lack = want[folder, guid] - have[folder, guid]; lack > 0; lack--) {
			if (spares)
				print "move\t" spare[spares--] "\t" folder
			else if (ENVIRON["DRIVER"] == "mdbox") {
				split(have_in[guid], first, "\034")
				print "copy\t" first[1] "\t" have_uid[first[1], guid, 1] "\t" folder
			}
		}
	}
	for (; spares > 0; spares--) {
		if (anywhere[guid] > 0)
			anywhere[guid]--
		else if (ENVIRON["TWINS"] == "yes" && guid in known)
			print "expunge\t" spare[spares]
	}
}

# Flags that are missing: of the instance with the same UID, else of those in order.
function settle_flags(folder, guid,    n, i, j, uid, used) {
	n = want[folder, guid]
	split("", used)
	for (i = 1; i <= n; i++) {
		if (want_flags[folder, guid, i] == "?" || want_flags[folder, guid, i] == "")
			continue
		for (j = 1; j <= have[folder, guid]; j++)
			if (have_uid[folder, guid, j] == want_uid[folder, guid, i] && !(j in used))
				break
		if (j > have[folder, guid])
			for (j = 1; j <= have[folder, guid] && (j in used || (folder, guid, have_uid[folder, guid, j]) in wanted_uid); j++)
				;
		if (j > have[folder, guid])
			continue
		used[j] = 1
		settle_flags_of(folder, have_uid[folder, guid, j], want_flags[folder, guid, i], have_flags[folder, guid, j])
	}
}

function settle_flags_of(folder, uid, wanted, seen,    part, n, i, lack) {
	n = split(wanted, part, " ")
	lack = ""
	for (i = 1; i <= n; i++)
		if (index(" " seen " ", " " part[i] " ") == 0)
			lack = lack (lack == "" ? "" : " ") part[i]
	if (lack != "")
		print "flags\t" folder "\t" uid "\t" lack
}

function settle(flags_too,    i, place, part) {
	settle_read(ENVIRON["STORED"], "stored")
	settle_read(ENVIRON["WANTED"], "wanted")
	settle_read(ENVIRON["SEEN"], "seen")
	if (!flags_too) {
		for (i = 1; i <= guids; i++)
			settle_message(order[i])
		return
	}
	for (place in want) {
		split(place, part, SUBSEP)
		settle_flags(part[1], part[2])
	}
}

# Steps that can be done at once become one: KIND FOLDER UIDS ARGUMENT.
function settle_join(    line, part, key, keys, at, list, many) {
	while ((getline line) > 0) {
		split(line, part, "\t")
		key = part[1] "\t" part[2] "\t" part[4]
		# A copy is one instance a step: of a message that is wanted twice, two steps.
		if (!(key in many) || many[key] >= 500 || index("," list[at[key]] ",", "," part[3] ",")) {
			at[key] = ++keys
			head[keys] = part[1] "\t" part[2]
			tail[keys] = part[4]
			list[keys] = part[3]
			many[key] = 1
		} else {
			list[at[key]] = list[at[key]] "," part[3]
			many[key]++
		}
	}
	for (key = 1; key <= keys; key++)
		print head[key] "\t" list[key] "\t" tail[key]
}
