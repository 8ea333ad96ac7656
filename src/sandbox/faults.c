/* sandbox/faults.c - PLATFORM:STEP=KIND[:ARG][@PROBABILITY | xCOUNT],...
 *
 * The order in the text is the order of trial. A fault with a probability lets
 * the next ones have a try when its chance did not come; chances follow from the seed. */
#include "sandbox/faults.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct rule {
	char *platform; /* NULL: any */
	unsigned steps; /* STEP_ANY for "*" */
	bool any_step;
	struct fault fault;
	double chance; /* 1: always */
	int64_t left;  /* -1: never used up */
	struct rule *next;
};

struct faults {
	struct rule *rules;
	uint64_t random;
};

static const struct {
	const char *name;
	enum step bit;
} step_names[] = {
#define STEP_ROW(e, name) {name, e},
	STEP_TABLE(STEP_ROW)
#undef STEP_ROW
};

static const struct {
	const char *name;
	bool takes_arg;
} kinds[FAULT_KINDS] = {
#define FAULT_ROW(e, name, arg) [e] = {name, arg},
	FAULT_TABLE(FAULT_ROW)
#undef FAULT_ROW
};

/* splitmix64: enough for chances. */
static double next_chance(struct faults *f)
{
	uint64_t z = f->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (double)((z ^ z >> 31) >> 11) / 9007199254740992.0;
}

/* Whole, unsigned, at most nine digits. */
static bool parse_count(const char *s, int64_t *out)
{
	int64_t n = 0;

	if (!*s || strlen(s) > 9)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return false;
		n = n * 10 + (*s - '0');
	}
	*out = n;
	return true;
}

/* 0 to 1 with a decimal point; no exponent, no sign. */
static bool parse_chance(const char *s, double *out)
{
	double value = 0, scale = 1;
	bool point = false;

	if (!*s || strlen(s) > 12)
		return false;
	for (; *s; s++) {
		if (*s == '.' && !point) {
			point = true;
			continue;
		}
		if (*s < '0' || *s > '9')
			return false;
		value = value * 10 + (*s - '0');
		if (point)
			scale *= 10;
	}
	*out = value / scale;
	return *out <= 1;
}

/* "@0.5" or "x3" at the end is taken off. */
static enum err parse_ending(char *kind, struct rule *r, struct err_info *info)
{
	char *at = strchr(kind, '@');
	char *x = strrchr(kind, 'x');

	if (at) {
		*at = '\0';
		if (!parse_chance(at + 1, &r->chance))
			return err_set(info, E_USAGE, "%s is no probability from 0 to 1", at + 1);
		return OK;
	}
	if (x && x[1] >= '0' && x[1] <= '9') {
		*x = '\0';
		if (!parse_count(x + 1, &r->left))
			return err_set(info, E_USAGE, "%s is no count", x + 1);
	}
	return OK;
}

static enum err check_arg(const struct rule *r, struct err_info *info)
{
	bool is_status = r->fault.kind == FAULT_STATUS || r->fault.kind == FAULT_ERROR_AFTER;

	if (is_status && (r->fault.arg < 300 || r->fault.arg > 599))
		return err_set(info, E_USAGE, "%lld is no status of an error",
			       (long long)r->fault.arg);
	if (r->fault.kind == FAULT_SLOW && r->fault.arg == 0)
		return err_set(info, E_USAGE, "a slow answer needs at least 1 byte a second");
	return OK;
}

static enum err parse_kind(char *kind, struct rule *r, struct err_info *info)
{
	char *arg;
	enum err e = parse_ending(kind, r, info);

	if (e)
		return e;
	arg = strchr(kind, ':');
	if (arg)
		*arg++ = '\0';
	for (size_t i = 0; i < FAULT_KINDS; i++) {
		if (strcmp(kinds[i].name, kind) != 0)
			continue;
		if (!kinds[i].takes_arg && arg)
			return err_set(info, E_USAGE, "the fault %s takes no number", kind);
		if (kinds[i].takes_arg && (!arg || !parse_count(arg, &r->fault.arg)))
			return err_set(info, E_USAGE, "the fault %s needs a number after a colon",
				       kind);
		r->fault.kind = (enum fault_kind)i;
		return check_arg(r, info);
	}
	return err_set(info, E_USAGE, "%s is no kind of fault", kind);
}

static enum err parse_place(char *place, const char *const *platforms, struct rule *r,
			    struct err_info *info)
{
	char *step = strchr(place, ':');
	bool known;

	if (!step)
		return err_set(info, E_USAGE, "%s lacks a colon between platform and step", place);
	*step++ = '\0';
	known = strcmp(place, "*") == 0;
	for (; !known && *platforms; platforms++)
		known = strcmp(*platforms, place) == 0;
	if (!known)
		return err_set(info, E_USAGE, "the sandbox has no platform %s", place);
	if (strcmp(place, "*") != 0)
		r->platform = xstrdup(place);
	r->any_step = strcmp(step, "*") == 0;
	for (size_t i = 0; i < COUNT_OF(step_names); i++)
		if (r->any_step || strcmp(step_names[i].name, step) == 0)
			r->steps |= step_names[i].bit;
	if (r->steps == 0)
		return err_set(info, E_USAGE, "%s is no step", step);
	return OK;
}

static void rule_free(struct rule **r)
{
	if (*r)
		xfree(&(*r)->platform);
	xfree(r);
}

static enum err parse_rule(const char *s, size_t n, const char *const *platforms, struct rule **out,
			   struct err_info *info)
{
	char *text = xstrndup(s, n);
	char *kind = strchr(text, '=');
	struct rule *r = xcalloc(1, sizeof(*r));
	enum err e;

	r->chance = 1;
	r->left = -1;
	if (!kind) {
		e = err_set(info, E_USAGE, "the fault '%s' lacks an equals sign", text);
	} else {
		*kind++ = '\0';
		e = parse_place(text, platforms, r, info);
		if (!e)
			e = parse_kind(kind, r, info);
	}
	if (e) {
		err_hint(info,
			 "a fault is written PLATFORM:STEP=KIND[:ARG][@PROBABILITY or xCOUNT]");
		rule_free(&r);
	} else {
		*out = r;
	}
	xfree(&text);
	return e;
}

enum err faults_new(const char *spec, const char *const *platforms, int64_t seed,
		    struct faults **out, struct err_info *info)
{
	struct faults *f = xcalloc(1, sizeof(*f));
	struct rule **last = &f->rules;

	f->random = (uint64_t)seed;
	while (spec && *spec) {
		size_t n = strcspn(spec, ",");
		enum err e = parse_rule(spec, n, platforms, last, info);

		if (e) {
			faults_free(&f);
			return e;
		}
		last = &(*last)->next;
		spec += n + (spec[n] == ',');
	}
	*out = f;
	return OK;
}

void faults_free(struct faults **f)
{
	if (!*f)
		return;
	while ((*f)->rules) {
		struct rule *r = (*f)->rules;

		(*f)->rules = r->next;
		rule_free(&r);
	}
	xfree(f);
}

struct fault faults_take(struct faults *f, const char *platform, unsigned steps)
{
	for (struct rule *r = f->rules; r; r = r->next) {
		if (r->platform && strcmp(r->platform, platform) != 0)
			continue;
		if (!r->any_step && (r->steps & steps) == 0)
			continue;
		if (r->left == 0 || (r->chance < 1 && next_chance(f) >= r->chance))
			continue;
		if (r->left > 0)
			r->left--;
		return r->fault;
	}
	return (struct fault){.kind = FAULT_NONE};
}
