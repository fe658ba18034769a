# SPDX-License-Identifier: MIT
# Where messages were that no readable index names. Of mdbox their files say where they were saved
# first and in how many places they are; lists of folders remember UIDVALIDITY and counts; what the
# readable folders do not show is in those that are damaged.
#
# ENVIRON: EXPECTED (a state file), FOLDERS (FILE.folders of what a login would see), LISTED
# (FOLDER MESSAGES UIDVALIDITY UIDNEXT GUID), HOMES (DIRECTORY'S-GUID FOLDER), UNSURE: a file that
# gets the number of messages whose place is likely but not proven.

function expect_read(    line, part) {
	while ((getline line < ENVIRON["HOMES"]) > 0)
		if (split(line, part, "\t") == 2)
			home["?" part[1]] = part[2]
	while ((getline line < ENVIRON["FOLDERS"]) > 0) {
		split(line, part, "\t")
		there[part[1]] = 1
		count[part[1]] = part[2]
		validity[part[1]] = part[3]
		next_uid[part[1]] = part[4]
	}
	while ((getline line < ENVIRON["LISTED"]) > 0) {
		split(line, part, "\t")
		# The index is the one that the list saw: it was not made anew.
		if (part[3] > 0 && part[3] == validity[part[1]])
			same[part[1]] = 1
		if (!(part[1] in there) || (part[3] > 0 && part[3] != validity[part[1]]) || part[2] > count[part[1]])
			expect_damaged(part[1], part[2], part[4] > 0)
	}
	while ((getline line < ENVIRON["EXPECTED"]) > 0) {
		split(line, part, "\t")
		held[++lines] = line
		if (part[3] == "?" && part[1] !~ /^[?]/ && !(part[1] in there))
			expect_damaged(part[1], 0, 0)
	}
	for (line in there)
		if (count[line] == 0 && next_uid[line] <= 1 && !(line in damaged) && !(line in same))
			fresh[line] = ++freshs
}

# ROOM: how many messages it had, where that is KNOWN.
function expect_damaged(folder, room, known) {
	if (folder in damaged)
		return
	damaged[folder] = ++damages
	left[folder] = room
	only = folder
	if (folder in there)
		left[folder] -= count[folder]
	unknown += !known
}

function expect_place(saved,    folder, fits, n) {
	if (saved in damaged) {
		if (damages > 1 && left[saved] <= 0)
			unsure++
		left[saved]--
		return saved
	}
	if (damages == 1)
		return only
	n = 0
	for (folder in damaged)
		if (left[folder] > 0) {
			fits = folder
			n++
		}
	if (n == 1 && !unknown) {
		left[fits]--
		return fits
	}
	if (damages > 0)
		return "?"
	if (saved in fresh)
		return saved
	if (freshs == 0 && saved in there)
		return saved
	if (freshs == 1)
		for (folder in fresh)
			return folder
	return "?"
}

function expect(    i, pass, part, place) {
	expect_read()
	# Those whose own folder is damaged first: what room is left is of the others.
	for (pass = 1; pass <= 2; pass++)
		for (i = 1; i <= lines; i++) {
			split(held[i], part, "\t")
			place = part[1]
			if (place in home)
				place = home[place]
			else if (part[3] == "?" && part[4] == "?" && ENVIRON["DRIVER"] == "mdbox") {
				if ((place in damaged) != (pass == 1))
					continue
				place = expect_place(place)
			}
			if ((part[3] == "?" && part[4] == "?" && ENVIRON["DRIVER"] == "mdbox") || pass == 1)
				print place "\t" part[2] "\t" part[3] "\t" part[4]
		}
	print unsure + 0 >ENVIRON["UNSURE"]
}
