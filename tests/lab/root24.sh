# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The root file system of hosts with Dovecot 2.4: Debian 13, made once and kept.
