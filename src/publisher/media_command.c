/* publisher/media_command.c - the operator's own command as the media host, run to its end. */
#include <string.h>

#include "base/process.h"
#include "publisher/media_host.h"

#define OUTPUT_BYTES_MAX 8192
#define WORDS_MAX 300
/* Of sysexits.h: what a second try will not change. */
#define EX_USAGE_STATUS 64
#define EX_NOPERM_STATUS 77
#define EX_CONFIG_STATUS 78

/* The last line that holds something. */
static const char *last_line(struct strbuf *b, size_t *n)
{
	size_t end = b->len, from;

	while (end > 0 && strchr(" \t\r\n", b->data[end - 1]))
		end--;
	for (from = end; from > 0 && b->data[from - 1] != '\n';)
		from--;
	*n = end - from < WORDS_MAX ? end - from : WORDS_MAX;
	return b->data + from;
}

static enum err_class judge(const struct media_call *c, const char *program, int status,
			    struct strbuf *trouble, struct err_info *info)
{
	bool final = status == EX_USAGE_STATUS || status == EX_NOPERM_STATUS ||
		     status == EX_CONFIG_STATUS;
	size_t n = 0;
	const char *words = last_line(trouble, &n);

	if (status == 0)
		return CLASS_NONE;
	err_set(info, final ? E_REJECTED : E_PLATFORM,
		"the media host's command %s could not %s a file (status %d)%s%.*s", program,
		c->deleting ? "delete" : "put", status, n ? ": " : "", (int)n, words);
	err_hint(info, "run it by hand to see why: masthead media-host test");
	return final ? CLASS_PERMANENT : CLASS_TRANSIENT;
}

static enum err_class take_url(const char *program, struct strbuf *output, char **url,
			       struct err_info *info)
{
	struct err_info why;
	size_t n = 0;
	const char *line = last_line(output, &n);
	char *found = xstrndup(line, n);

	if (media_host_public_fits(found, &why) != OK) {
		err_set(info, E_PROTOCOL, "the media host's command %s: %s", program, why.text);
		xfree(&found);
		return CLASS_PERMANENT;
	}
	*url = found;
	return CLASS_NONE;
}

enum err_class media_command_run(const struct media_call *c, const struct flag *abort_flag,
				 char **url, struct err_info *info)
{
	char *words = xstrdup(c->command), *argv[PROCESS_WORDS + 5];
	char *more[] = {xstrdup(c->deleting ? "delete" : "put"), xstrdup(c->name),
			xstrdup(c->deleting ? (c->url ? c->url : "") : c->file),
			xstrdup(c->deleting ? NULL : c->type)};
	enum err_class cls = CLASS_PERMANENT;
	struct strbuf output, trouble;
	size_t n = 0;

	strbuf_init(&output, OUTPUT_BYTES_MAX);
	strbuf_init(&trouble, OUTPUT_BYTES_MAX);
	if (!process_split(words, argv, PROCESS_WORDS)) {
		err_set(info, E_CONFIG, "media.command is empty or has an open quote");
	} else {
		struct process p = {.argv = argv,
				    .timeout_ms = c->timeout_ms,
				    .abort_flag = abort_flag,
				    .output = &output,
				    .trouble = &trouble};
		enum err e;

		while (argv[n])
			n++;
		for (size_t i = 0; i < COUNT_OF(more) && more[i]; i++)
			argv[n++] = more[i];
		argv[n] = NULL;
		e = process_run(&p, info);
		if (e)
			cls = e == E_NOT_FOUND ? CLASS_PERMANENT : CLASS_TRANSIENT;
		else
			cls = judge(c, argv[0], p.status, &trouble, info);
		if (cls == CLASS_NONE && !c->deleting)
			cls = take_url(argv[0], &output, url, info);
	}
	strbuf_free(&output);
	strbuf_free(&trouble);
	for (size_t i = 0; i < COUNT_OF(more); i++)
		xfree(&more[i]);
	xfree(&words);
	return cls;
}
