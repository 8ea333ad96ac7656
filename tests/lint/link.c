/* link.c - a program of nothing, linked with a layer and all beneath it.
 *
 * That it exists is the test: whole archives leave no symbol unresolved. */
#include <stdio.h>

int main(int argc, char **argv)
{
	printf("1..1\nok 1 - %s: no symbol reaches upward\n", argc > 0 ? argv[0] : "layer");
	return 0;
}
