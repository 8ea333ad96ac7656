/* cli/progress.c - one line, drawn over itself. */
#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

#define PATIENCE_MS 1000
#define REDRAW_MS 100
#define BAR_CELLS 30

void progress_begin(struct progress *p, const struct args *a, const char *label)
{
	*p = (struct progress){
		.label = label,
		.wanted = isatty(STDERR_FILENO) && !a->quiet && !a->json,
		.began_ms = clock_mono_ms(),
	};
}

void progress_show(struct progress *p, int64_t done, int64_t total)
{
	int64_t now = p->wanted ? clock_mono_ms() : 0;
	char bar[BAR_CELLS + 1];
	int full;

	if (!p->wanted || now - p->began_ms < PATIENCE_MS || now - p->drawn_ms < REDRAW_MS)
		return;
	p->drawn_ms = now;
	p->shown = true;
	if (total <= 0) {
		fprintf(stderr, "\r%s  %lld ", p->label, (long long)done);
		return;
	}
	full = done >= total ? BAR_CELLS : (int)(done * BAR_CELLS / total);
	for (int i = 0; i < BAR_CELLS; i++)
		bar[i] = i < full ? '#' : '.';
	bar[BAR_CELLS] = '\0';
	fprintf(stderr, "\r%s [%s] %3d %% ", p->label, bar,
		done >= total ? 100 : (int)(done * 100 / total));
}

void progress_end(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = p->wanted = false;
}
