# SPDX-License-Identifier: MIT
# What a mailbox holds: where it lies, a copy of it that Dovecot may be let loose on, what a login
# sees, what is stored. `check` and the units of a job use the same.
#
# State files: a line a message, TAB between the fields, sorted as LC_ALL=C sort does:
#
#	FOLDER GUID UID FLAGS
#
#	FOLDER  as its owner knows it, with the namespace's prefix, in UTF-8; \t \n \\ stand for
#	        TAB, line feed and backslash. A message that lies nowhere known: "?"
#	GUID    as Dovecot says (maildir: a file's base name, or what the uidlist says); "?" unknown
#	UID     "?" unknown
#	FLAGS   and keywords, sorted, a space between them, no \Recent; "?" unknown, nothing: none
#
# Beside a state file that Dovecot was asked for lie FILE.folders, a line a folder:
#
#	FOLDER MESSAGES UIDVALIDITY UIDNEXT GUID
#
# and FILE.errors, what doveadm said on standard error.
#
#	state_find MAILBOX        where it is; sets place_*, makes the folder $place (new, private).
#	                          Code 0; 67 no such mailbox, 69 nothing there yet or not mounted,
#	                          75, 77; then $place_error says why
#	state_done                removes $place; to be called on every way out
#	state_files               looks at the mailbox's own files: $place/tree, and for dbox
#	                          $place/messages. Reads only. To be called again after a change
#	state_stored FILE         what is stored, by its files alone; after state_files
#	state_copy COPY           a new folder of the mailbox's shape: own copies of the index and
#	                          control files, links to the messages. Nothing that Dovecot does
#	                          in it touches the mailbox: it writes new files and renames
#	state_of_copy COPY FILE   what a login would see; changes COPY as a login would
#	state_visible FILE        the same of the mailbox itself: only inside a repair
#	state_doveadm COPY COMMAND ARGUMENT…
#	                          doveadm COMMAND -u MAILBOX ARGUMENT… on a copy, or with "" on the
#	                          mailbox itself; with a deadline
#	state_resync COPY         force-resync of all its private folders, as its format needs it;
#	                          with -f after a failure. Code 0: not one error line
#	state_compare WANTED SEEN one line: "missing N doubled N moved N flags_lost N uids_changed N";
#	                          missing and doubled count instances of (folder, GUID), moved are
#	                          those that are in another folder instead
#
# place_driver (mdbox, sdbox, maildir), place_path, place_layout (fs, index, maildir++),
# place_home, place_uid, place_gid, place_version (2.3, 2.4) are of the namespace of INBOX.
# $place/namespaces has all private ones, a line each, TAB between the fields, "-" for nothing:
#
#	NAME PREFIX SEPARATOR INBOX(yes or no) DRIVER PATH LAYOUT INDEX CONTROL ALT
