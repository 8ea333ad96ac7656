/* main.c - wiring: the only place that knows every layer. */
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts(PACKAGE_NAME " " PACKAGE_VERSION);
		return 0;
	}
	fprintf(stderr, "usage: masthead --version\n");
	return 2;
}
