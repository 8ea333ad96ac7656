/* link.c - a program of nothing, linked with a layer and all beneath it.
 *
 * That it exists is the test: whole archives leave no symbol unresolved. */
int main(void)
{
	return 0;
}
