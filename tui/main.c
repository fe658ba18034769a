/* SPDX-License-Identifier: MIT */
#include <stdio.h>

int main(void)
{
	puts("mailmend " MAILMEND_VERSION);
	return 0;
}
