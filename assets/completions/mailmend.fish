# SPDX-License-Identifier: MIT
# fish completion for mailmend

function __mailmend_command
	set -l command
	for word in (commandline -opc)[2..-1]
		switch $word
			case hosts mailboxes sessions check repair restore jobs ledger doctor
				set command $word
			case add prepare
				test "$command" = hosts; and set command $word
		end
	end
	echo $command
end

function __mailmend_is
	contains -- (__mailmend_command) $argv
end

function __mailmend_console
	test -z (__mailmend_command)
end

function __mailmend_hosts
	set -l config ~/.config/mailmend/config.json
	set -q XDG_CONFIG_HOME; and set config $XDG_CONFIG_HOME/mailmend/config.json
	test -r $config; and sed -n 's/.*"name"[[:space:]]*:[[:space:]]*"\([^"\\\\]*\)".*/\1/p' $config
end

complete -c mailmend -f
complete -c mailmend -s c -l config -r -F -d 'configuration to use'
complete -c mailmend -l read-only -d 'nothing that changes a host'
complete -c mailmend -s h -l help -d 'what it takes'
complete -c mailmend -s V -l version -d 'name the version'

complete -c mailmend -n __mailmend_console -l ascii -d 'borders and sparklines in ASCII'
complete -c mailmend -n __mailmend_console -l theme -x -a 'dark light mono' -d colours
complete -c mailmend -n __mailmend_console -a hosts -d 'load, sessions and queue of each host'
complete -c mailmend -n __mailmend_console -a mailboxes -d 'sessions and use of each mailbox'
complete -c mailmend -n __mailmend_console -a sessions -d 'each connection'
complete -c mailmend -n __mailmend_console -a check -d 'look whether mailboxes are whole'
complete -c mailmend -n __mailmend_console -a repair -d 'mend mailboxes'
complete -c mailmend -n __mailmend_console -a restore -d 'merge what a kept copy knows'
complete -c mailmend -n __mailmend_console -a jobs -d 'what hosts carry out'
complete -c mailmend -n __mailmend_console -a ledger -d 'what was done and decided'
complete -c mailmend -n __mailmend_console -a doctor -d 'what to mend on hosts and here'

complete -c mailmend -n '__mailmend_is hosts' -a add -d 'add a host and check it'
complete -c mailmend -n '__mailmend_is hosts' -a prepare -d 'install the root-owned agent'
complete -c mailmend -n '__mailmend_is prepare' -a '(__mailmend_hosts)'

complete -c mailmend -n '__mailmend_is hosts mailboxes sessions check repair restore jobs ledger doctor' -l json -d 'JSON Lines instead of a table'
complete -c mailmend -n '__mailmend_is hosts mailboxes sessions' -l once -d 'one sample of each host'
complete -c mailmend -n '__mailmend_is hosts mailboxes sessions check repair restore jobs doctor' -l host -x -a '(__mailmend_hosts)' -d 'only these hosts'
complete -c mailmend -n '__mailmend_is hosts add prepare mailboxes sessions check repair restore jobs doctor' -l timeout -x -d 'wait no longer for a host'
complete -c mailmend -n '__mailmend_is mailboxes' -l filter -x -d 'only mailboxes that match'
complete -c mailmend -n '__mailmend_is mailboxes' -l sort -x -a 'name host imap pop3 addresses cpu read write deliveries sessions age' -d column
complete -c mailmend -n '__mailmend_is mailboxes ledger' -l limit -x -d 'at most so many rows'
complete -c mailmend -n '__mailmend_is ledger' -l text -x -d 'only entries that hold these words'
complete -c mailmend -n '__mailmend_is ledger' -l before -x -d 'only entries older than this one'
complete -c mailmend -n '__mailmend_is check' -l depth -x -a '1 2 3' -d 'how closely'
complete -c mailmend -n '__mailmend_is repair' -l operation -x -a resync -d 'what to do'
complete -c mailmend -n '__mailmend_is repair restore' -l confirm -x -d 'do it: the hash of the plan'
complete -c mailmend -n '__mailmend_is restore' -l copy -x -d 'the kept copy to read from'
complete -c mailmend -n '__mailmend_is jobs' -l resume -x -d 'let a job go on that was broken off'
complete -c mailmend -n '__mailmend_is add' -l name -x -d 'how you call the host'
complete -c mailmend -n '__mailmend_is add' -l identity -r -F -d 'key to log in with'
complete -c mailmend -n '__mailmend_is add' -l known-hosts -r -F -d 'file of host keys'
complete -c mailmend -n '__mailmend_is add' -l become -x -a '"sudo -n"' -d 'run the root-owned agent'
complete -c mailmend -n '__mailmend_is add' -l unchecked -d 'write it without a login'
complete -c mailmend -n '__mailmend_is prepare' -l undo -d 'take away what was installed'
complete -c mailmend -n '__mailmend_is prepare' -l repair -d 'let it repair mailboxes, too'
complete -c mailmend -n '__mailmend_is prepare' -l yes -d 'do not ask'
