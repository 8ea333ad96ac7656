/* cli/verbs_complete.c - what may stand next on a command line, for the shells' completion.
 *
 * The shells' scripts (data/completions) hold no knowledge: they hand over the words typed so far, the last of them
 * unfinished, and show what is answered: a candidate and its description on each line, or one line alone that says
 * what the shell itself knows better:
 *   :files  names of files belong here
 *   :list   before candidates of which several may stand in one word, with commas: no space behind them
 * So the answer always fits the program that is asked. Nothing is made, written or unlocked to give it. */
#include <string.h>

#include "base/i18n.h"
#include "base/words.h"
#include "cli/verbs.h"

#define FILES ":files"
#define LIST ":list"
#define JOBS_OFFERED 50

/* What the words before the unfinished one have said. */
struct line {
	struct cli *c;
	const struct command *command;        /* NULL: none yet */
	const char *family;                   /* "brand", while its second word is missing */
	const struct command_option *pending; /* waits for its value */
	size_t operands;
	bool ended; /* behind "--" */
	struct app_options app;
	struct table *table;
};

/* ---- reading the line ------------------------------------------------------- */

static const struct command_option *find_long(const struct command_option *o, const char *name,
					      size_t n)
{
	for (; o && o->name; o++)
		if (!strncmp(o->name, name, n) && !o->name[n])
			return o;
	return NULL;
}

static const struct command_option *find_letter(const struct command_option *o, char letter)
{
	for (; o && o->name; o++)
		if (o->letter == letter)
			return o;
	return NULL;
}

static const struct command_option *own_options(const struct line *l)
{
	return l->command ? l->command->options : NULL;
}

/* The verb's own come first where both have a name. */
static const struct command_option *option_long(const struct line *l, const char *name, size_t n)
{
	const struct command_option *o = find_long(own_options(l), name, n);

	return o ? o : find_long(global_options, name, n);
}

static const struct command_option *option_letter(const struct line *l, char letter)
{
	const struct command_option *o = find_letter(own_options(l), letter);

	return o ? o : find_letter(global_options, letter);
}

static void take_value(struct line *l, const struct command_option *o, const char *value)
{
	if (o == find_long(global_options, "workspace", 9))
		l->app.workspace = value;
	else if (o == find_long(global_options, "config", 6))
		l->app.config = value;
	else if (o == find_long(global_options, "tenant", 6))
		l->app.tenant = value;
}

static void read_option(struct line *l, const char *word)
{
	const struct command_option *o;

	if (word[1] == '-') {
		size_t n = strcspn(word + 2, "=");

		o = option_long(l, word + 2, n);
		if (o && o->arg && word[2 + n])
			take_value(l, o, word + 2 + n + 1);
		else if (o && o->arg)
			l->pending = o;
		return;
	}
	for (const char *p = word + 1; *p; p++) {
		if (!(o = option_letter(l, *p)) || !o->arg)
			continue;
		if (p[1])
			take_value(l, o, p + 1);
		else
			l->pending = o;
		return;
	}
}

static bool begins_family(const char *word)
{
	size_t n = strlen(word);

	for (const struct command *c = commands; c->name; c++)
		if (c->flags & CMD_VERB && !strncmp(c->name, word, n) && c->name[n] == ' ')
			return true;
	return false;
}

static void read_operand(struct line *l, const char *word)
{
	const struct command *two;

	if (l->family && l->operands == 0) {
		two = command_verb(arena_printf(l->c->arena, "%s %s", l->family, word));
		l->family = NULL;
		if (two) {
			l->command = two;
			return;
		}
	} else if (!l->command && l->operands == 0) {
		l->command = command_verb(word);
		l->family = begins_family(word) ? word : NULL;
		if (l->command || l->family)
			return;
	}
	l->operands++;
}

static void read_word(struct line *l, const char *word)
{
	if (l->pending) {
		take_value(l, l->pending, word);
		l->pending = NULL;
	} else if (!l->ended && !strcmp(word, "--"))
		l->ended = true;
	else if (!l->ended && word[0] == '-' && word[1])
		read_option(l, word);
	else
		read_operand(l, word);
}

/* ---- candidates --------------------------------------------------------------- */

/* before: what of the word stays as it was typed. */
static void offer(struct line *l, const char *before, const char *typed, const char *candidate,
		  const char *text)
{
	if (strncmp(candidate, typed, strlen(typed)) != 0)
		return;
	table_cell(l->table, "%s%s", before, candidate);
	table_cell(l->table, "%s", text);
}

static void offer_alone(const char *what)
{
	out_line("%s", what);
}

/* Words of a fixed set, separated by spaces. */
static void offer_words(struct line *l, const char *before, const char *typed, const char *words)
{
	while (*words) {
		size_t n = strcspn(words, " ");

		offer(l, before, typed, arena_strndup(l->c->arena, words, n), "");
		words += n + (words[n] == ' ');
	}
}

/* Opens the workspace that the line names. False: there is none, or not for us; then nothing is offered from it. */
static bool open_store(struct line *l, bool needs_tenant)
{
	struct cli *c = l->c;

	if (c->ops)
		return true;
	app_free(&c->app);
	l->app.readonly = l->app.no_create = true;
	return !app_new(&l->app, &c->app, &c->info) && !app_open_workspace(c->app, &c->info) &&
	       !ops_open(c->app, needs_tenant, true, &c->ops, &c->info);
}

static void offer_tenants(struct line *l, const char *before, const char *typed)
{
	struct page_request r = {.limit = 1000};
	struct page page = {0};

	if (!open_store(l, false) || ops_tenants(l->c->ops, &r, &page, &l->c->info))
		return;
	for (size_t i = 0; i < page.n; i++)
		offer(l, before, typed, page.tenants[i].name, "");
	arena_free(&page.arena);
}

static void offer_brands(struct line *l, const char *before, const char *typed)
{
	struct page_request r = {.limit = 1000};
	struct page page = {0};

	if (!open_store(l, true) || ops_brands(l->c->ops, &r, &page, &l->c->info))
		return;
	for (size_t i = 0; i < page.n; i++)
		if (!page.brands[i].archived)
			offer(l, before, typed, page.brands[i].name, page.brands[i].timezone);
	arena_free(&page.arena);
}

/* The short name, and the whole one where a brand has two accounts of a platform. */
static void offer_connections(struct line *l, const char *before, const char *typed)
{
	struct connections_request r = {.page.limit = 1000};
	struct page page = {0};

	if (!open_store(l, true) || ops_connections(l->c->ops, &r, &page, &l->c->info))
		return;
	for (size_t i = 0; i < page.n; i++) {
		const struct connection *k = &page.connections[i];
		const char *name = arena_printf(l->c->arena, "%s/%s", k->brand, k->platform);
		bool alone = true;

		for (size_t j = 0; j < page.n; j++)
			if (j != i && k->brand_id == page.connections[j].brand_id &&
			    !strcmp(k->platform, page.connections[j].platform))
				alone = false;
		if (!alone)
			name = arena_printf(l->c->arena, "%s/%s", name, k->account);
		offer(l, before, typed, name, k->account);
	}
	arena_free(&page.arena);
}

static void offer_jobs(struct line *l, const char *before, const char *typed)
{
	struct page_request r = {.limit = JOBS_OFFERED};
	struct job_filter all = {0};
	struct page page = {0};

	if (!open_store(l, true) || ops_jobs(l->c->ops, &all, JOB_SORT_ID, &r, &page, &l->c->info))
		return;
	for (size_t i = 0; i < page.n; i++) {
		const struct job *j = &page.jobs[i];

		offer(l, before, typed, arena_printf(l->c->arena, "%lld", (long long)j->id),
		      arena_printf(l->c->arena, "%s, %s, %s", job_status_name(j->status), j->brand,
				   j->platform));
	}
	arena_free(&page.arena);
}

static void offer_platforms(struct line *l, const char *before, const char *typed)
{
	struct json *j = NULL;

	if (ops_platforms(l->c->app, NULL, &j, &l->c->info))
		return;
	for (const struct json *p = json_first(json_get(j, "platforms")); p; p = json_next(p))
		offer(l, before, typed, json_str(p, "name"), json_str(p, "title"));
	json_free(&j);
}

static void offer_job_statuses(struct line *l, const char *before, const char *typed)
{
	for (int i = 0; i < JOB_STATUS_COUNT; i++)
		offer(l, before, typed, job_status_name((enum job_status)i), "");
}

static void offer_conn_statuses(struct line *l, const char *before, const char *typed)
{
	for (int i = 0; i < CONN_STATUS_COUNT; i++)
		offer(l, before, typed, conn_status_name((enum conn_status)i), "");
}

static const struct {
	const char *kind;
	const char *operand; /* how a synopsis calls it; NULL: never */
	void (*offer)(struct line *l, const char *before, const char *typed);
} kinds[] = {
	{"tenant", "TENANT", offer_tenants},
	{"brand", "BRAND", offer_brands},
	{"connection", "CONN", offer_connections},
	{"job", "JOB", offer_jobs},
	{"platform", "PLATFORM", offer_platforms},
	{"status", NULL, offer_job_statuses},
	{"connection-status", NULL, offer_conn_statuses},
};

static void offer_value(struct line *l, const struct command_option *o, const char *before,
			const char *typed)
{
	const char *comma = strstr(o->arg, ",...") ? strrchr(typed, ',') : NULL;

	if (!o->complete)
		return;
	if (!strcmp(o->complete, "file")) {
		offer_alone(FILES);
		return;
	}
	if (strstr(o->arg, ",..."))
		offer_alone(LIST);
	if (comma) {
		before = arena_printf(l->c->arena, "%s%.*s", before, (int)(comma + 1 - typed),
				      typed);
		typed = comma + 1;
	}
	if (o->complete[0] == '=')
		offer_words(l, before, typed, o->complete + 1);
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (!strcmp(kinds[i].kind, o->complete))
			kinds[i].offer(l, before, typed);
}

static void offer_operand(struct line *l, const char *typed)
{
	const char *token = l->command->args;
	size_t n;

	for (size_t i = 0; token && i < l->operands; i++) {
		const char *next = strchr(token, ' ');

		if (!next && !strstr(token, "..."))
			return;
		token = next ? next + 1 : token;
	}
	if (!token)
		return;
	token += strspn(token, "[");
	n = strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	if (n == 4 && !strncmp(token, "FILE", n))
		offer_alone(FILES);
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (kinds[i].operand && strlen(kinds[i].operand) == n &&
		    !strncmp(kinds[i].operand, token, n))
			kinds[i].offer(l, "", typed);
}

static void offer_options(struct line *l, const struct command_option *o, const char *typed)
{
	for (; o && o->name; o++)
		offer(l, "", typed, arena_printf(l->c->arena, "--%s", o->name), _(o->help));
}

/* First words, each once; with a family its second words. */
static void offer_verbs(struct line *l, const char *typed)
{
	const char *last = "";

	for (const struct command *c = commands; c->name; c++) {
		size_t n = strcspn(c->name, " ");
		const char *word = arena_strndup(l->c->arena, c->name, n);

		if (!(c->flags & CMD_VERB))
			continue;
		if (l->family) {
			if (c->name[n] && !strcmp(word, l->family))
				offer(l, "", typed, c->name + n + 1, _(c->summary));
		} else if (strcmp(word, last) != 0)
			offer(l, "", typed, word, c->name[n] ? "" : _(c->summary));
		last = word;
	}
}

static void offer_next(struct line *l, const char *word)
{
	size_t n = strcspn(word, "=");

	if (l->pending) {
		offer_value(l, l->pending, "", word);
	} else if (!l->ended && !strncmp(word, "--", 2) && word[n]) {
		const struct command_option *o = option_long(l, word + 2, n - 2);

		if (o && o->arg)
			offer_value(l, o, arena_strndup(l->c->arena, word, n + 1), word + n + 1);
	} else if (!l->ended && word[0] == '-') {
		offer_options(l, own_options(l), word);
		offer_options(l, global_options, word);
	} else {
		if (l->operands == 0 && (l->family || !l->command))
			offer_verbs(l, word);
		if (l->command)
			offer_operand(l, word);
	}
}

int verb_complete(struct cli *c)
{
	static const struct column columns[] = {{N_("CANDIDATE"), 0}, {N_("MEANING"), COL_FLEX}};
	struct line l = {.c = c, .app = c->args.app};
	size_t n = c->args.n_operands;

	l.table = table_new(columns, COUNT_OF(columns));
	for (size_t i = 0; i + 1 < n; i++)
		read_word(&l, c->args.operands[i]);
	offer_next(&l, n > 0 ? c->args.operands[n - 1] : "");
	table_print(&l.table, c->args.ascii);
	/* No workspace, or none that can be read: nothing is known, which is no failure of this verb. */
	return cli_end(c);
}
