# SPDX-License-Identifier: MIT
# Where there is perl: stands before the awk, with one connection to Dovecot's anvil process
# that stays. Arguments: the socket, then the awk's command. This process becomes the awk;
# its child hands it the requests as they come, and before each sample without "anvil" the
# sessions: what doveadm -f tab who -1 prints, each line with a mark before it.
#
#	\002username TAB service TAB pid TAB ip		titles, then a line for each session:
#	\001u@d TAB imap TAB 12 TAB 10.0.0.1
#	\002same					or only this: the same as the last time
#
# Where anvil cannot be asked the request goes alone, and the awk runs doveadm.
use strict;
use Socket;

use constant {
	WAIT => 5,           # seconds for one answer of anvil
	AGAIN => 60,         # samples without a try, after an anvil that was not understood
	LINE => 65536,       # bytes
	DUMP => 1 << 28,     # bytes
	ROWS => 1000000,
};
my %ESCAPED = ("1" => "\001", "t" => "\t");

my ($socket_path, @awk) = @ARGV;
my ($anvil, $place, $master, $version, $last) = (undef, "", 0, 0, undef);
my ($left, $pause) = (0, 0);

# What the names lead to now. An anvil process outlives its Dovecot as long as somebody is
# connected to it: so the master, too, must be the one that it was.
sub place_of {
	my @names = ($socket_path, $socket_path =~ s{anvil\z}{master.pid}r);
	my @places = map { my @stat = stat; @stat ? "$stat[0]:$stat[1]:$stat[10]" : "none" } @names;
	return "@places " . (!$master || -d "/proc/$master" ? "runs" : "ended");
}

# The number of the master process; 0 when it cannot be read.
sub master_of {
	open my $file, "<", $socket_path =~ s{anvil\z}{master.pid}r or return 0;
	my $line = <$file>;
	return defined $line && $line =~ /\A([1-9][0-9]{0,9})\n?\z/ ? $1 : 0;
}

# Forgets the connection; false, for its callers.
sub drop {
	close $anvil if $anvil;
	undef $anvil;
	undef $last;
	return 0;
}

# The same, of a server that would only cost time.
sub give_up {
	$pause = AGAIN;
	return drop();
}

# More of what anvil says; false at its end, or when time is up.
sub more {
	my ($text) = @_;
	my $ready = "";
	vec($ready, fileno $anvil, 1) = 1;
	(my $count, $left) = select $ready, undef, undef, $left;
	return $count > 0 && sysread $anvil, $$text, LINE, length $$text;
}

# 2.4 says its version before anything else, 2.3 says nothing.
sub greet {
	my $said = "";
	my ($dovecot) = split /\n/, `dovecot --version 2>/dev/null </dev/null`;
	$version = $dovecot =~ /^2\.[23]\b/ ? 1 : 2;
	return defined syswrite $anvil, "VERSION\tanvil\t1\t0\n" if $version == 1;
	defined syswrite $anvil, "VERSION\tanvil-client\t2\t0\n\n" or return 0;
	while ($said !~ /\n/) {
		return 0 if length $said > LINE || !more(\$said);
	}
	return $said =~ /\AVERSION\tanvil-server\t2\t[0-9]+\n\z/;
}

sub reach {
	return 1 if $anvil && place_of() eq $place;
	drop();
	return 0 if $pause-- > 0;
	$pause = 0;
	$master = master_of();
	$place = place_of();
	my $address = eval { pack_sockaddr_un($socket_path) } or return 0;
	socket $anvil, AF_UNIX, SOCK_STREAM, 0 or return drop();
	connect $anvil, $address or return drop();
	return greet() || give_up();
}

# All of one dump: an empty line ends it. Before the rest 2.4 has a line of names, mostly empty.
sub ask {
	my ($text, $rows, $begin) = ("", 0, 0);
	defined syswrite $anvil, "CONNECT-DUMP\n" or return undef;
	until (substr($text, -2) eq "\n\n" || ($version == 1 && $text eq "\n")) {
		my $at = length $text;
		return undef unless more(\$text);
		$rows += substr($text, $at) =~ tr/\n//;
		return undef if $rows > ROWS || length $text > DUMP;
		$begin = rindex($text, "\n") + 1 if index($text, "\n", $at) >= 0;
		return undef if length($text) - $begin > LINE;
	}
	chop $text;
	$text =~ s/\A[^\n]*\n// if $version == 2;
	return $text;
}

sub unescape {
	my ($text) = @_;
	$text =~ s/\001(.?)/$ESCAPED{$1} || "?"/ges;
	return $text;
}

# service/address/user TAB pid TAB count; the address may be missing, the user hold a slash.
sub row_1 {
	my ($who, $pid, $times) = @_;
	my ($service, $ip, $user) = $who =~ m{\A([^/]+)/(?:([0-9a-fA-F.:%]*)/)?(.*)\z}s or return;
	return unless $times =~ /\A[0-9]{1,5}\z/;
	return (join("\t", $user, $service, $pid, defined $ip ? $ip : ""), $times);
}

# pid TAB user TAB service TAB address TAB connection TAB address asked for
sub row_2 {
	my (undef, $user, $service, $ip, undef, $dest) = @_;
	return (join("\t", $user, $service, $_[0], $ip, $dest), 1);
}

# The sessions of a dump in lines for the awk; undef where one is none.
sub lines_of {
	my ($text) = @_;
	my $out = "\002username\tservice\tpid\tip" . ($version == 1 ? "" : "\tdest_ip") . "\n";
	my $rows = 0;
	for (split /\n/, $text) {
		my @field = map { index($_, "\001") < 0 ? $_ : unescape($_) } split /\t/, $_, -1;
		return undef if @field < ($version == 1 ? 3 : 6);
		my ($row, $times) = $version == 1 ? row_1(@field) : row_2(@field);
		return undef if !defined $row || $row !~ /\t[0-9]{1,9}\t[^\t]*(?:\t[^\t]*)?\z/ ||
			($rows += $times) > ROWS;
		$out .= "\001$row\n" x $times;
	}
	return $out;
}

# What goes before a request for a sample; nothing where the awk shall ask.
sub sessions {
	$left = WAIT;
	my $text;
	# A connection that was there before may be to a Dovecot that ended.
	for my $again (defined $anvil, 0) {
		return "" unless reach();
		$text = ask();
		last if defined $text || !$again || $left <= 0;
		drop();
	}
	if (!defined $text) {
		give_up();
		return "";
	}
	return "\002same\n" if defined $last && $text eq $last;
	my $lines = lines_of($text);
	if (!defined $lines) {
		give_up();
		return "";
	}
	$last = $text;
	return $lines;
}

# The awk is gone: nobody is there to hand anything to.
sub hand {
	my ($to, $bytes) = @_;
	for (my $at = 0; $at < length $bytes;) {
		my $done = syswrite $to, $bytes, 1 << 20, $at;
		exit 0 unless defined $done;
		$at += $done;
	}
}

# One request, or a piece of one that is longer than any that matters here.
sub request {
	my ($line, $whole) = @_;
	$line =~ s/\A[\001\002]/?/;
	return $line unless $whole && $line =~ /\Asample[ \t]/;
	return ($line =~ /[ \t]anvil(?=[ \t\n])/ ? "" : sessions()) . $line;
}

# Waits for requests, and for the end of the awk.
sub filter {
	my ($to) = @_;
	my ($held, $middle) = ("", 0);
	while (1) {
		my $wait = "";
		vec($wait, $_, 1) = 1 for 0, fileno $to;
		select $wait, undef, undef, undef;
		exit 0 if vec($wait, fileno $to, 1) || !sysread STDIN, $held, LINE, length $held;
		while ((my $end = index $held, "\n") >= 0) {
			hand($to, request(substr($held, 0, $end + 1, ""), !$middle));
			$middle = 0;
		}
		next if length $held < LINE;
		hand($to, request($held, 0));
		($held, $middle) = ("", 1);
	}
}

my $child = pipe(my $from, my $to) ? fork : undef;
if (defined $child && $child == 0) {
	close $from;
	open STDOUT, ">", "/dev/null";
	open STDERR, ">", "/dev/null";
	$SIG{PIPE} = "IGNORE";
	filter($to);
}
open STDIN, "<&", $from if $child;
exec { $awk[0] } @awk or exit 127;
