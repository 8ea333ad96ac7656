/* platforms/judge.c - errors judged by their table, and by what all platforms share. */
#include "platforms/judge.h"

#include <string.h>
#include <strings.h>

#include "platforms/adapter.h"

struct verdict {
	enum err_class cls;
	enum err code;
	const char *hint;
	bool certain; /* it was not carried out, whatever it was */
};

static bool has_words(const char *words, const char *part)
{
	size_t n = strlen(part);

	for (; *words != '\0'; words++)
		if (strncasecmp(words, part, n) == 0)
			return true;
	return n == 0;
}

static bool part_fits(const char *pattern, size_t n, const char *part, size_t len)
{
	if (n == 1 && pattern[0] == '*')
		return true;
	if (n != len)
		return false;
	for (size_t i = 0; i < n; i++)
		if (pattern[i] != part[i] && (pattern[i] != '#' || part[i] < '0' || part[i] > '9'))
			return false;
	return true;
}

static bool name_fits(const char *pattern, const char *name)
{
	size_t n = strcspn(pattern, "/"), len = strcspn(name, "/");

	if (pattern[n] == '\0')
		return strcmp(pattern, name) == 0;
	if (!part_fits(pattern, n, name, len))
		return false;
	pattern += n + 1;
	name += len + (name[len] != '\0');
	return part_fits(pattern, strlen(pattern), name, strlen(name));
}

static const struct judge_row *find_row(const struct judge *j, int status,
					const struct judge_said *said)
{
	for (size_t i = 0; i < j->n_rows; i++) {
		const struct judge_row *row = &j->rows[i];

		if ((row->status == 0 || row->status == status) &&
		    (row->name == NULL || name_fits(row->name, said->name)) &&
		    (row->words == NULL || has_words(said->words, row->words)))
			return row;
	}
	return NULL;
}

/* What the status alone says. */
static void judge_status(const struct http_response *r, struct verdict *v)
{
	v->cls = CLASS_TRANSIENT;
	v->code = r->status >= 500 ? E_PLATFORM : E_PROTOCOL;
	if (r->status == 429) {
		*v = (struct verdict){CLASS_RATE_LIMITED, E_RATE_LIMITED, NULL, true};
	} else if (r->status == 413) {
		*v = (struct verdict){CLASS_PERMANENT, E_REJECTED, NULL, true};
	}
}

/* A refusal by the platform itself that its table does not know. */
static void judge_refusal(const struct http_response *r, struct verdict *v)
{
	if (r->status == 401)
		*v = (struct verdict){CLASS_AUTH, E_TOKEN_REVOKED, NULL, true};
	else if (r->status != 408 && r->status != 409 && r->status != 425 && r->status != 429)
		*v = (struct verdict){CLASS_PERMANENT, E_REJECTED, NULL, false};
}

/* Does the row know better than the platform's own "this will pass"? */
static bool is_detailed(const struct judge_row *row)
{
	const char *slash = row != NULL && row->name != NULL ? strchr(row->name, '/') : NULL;

	return row != NULL && (row->cls != CLASS_PERMANENT || (slash != NULL && slash[1] != '*'));
}

static void decide(const struct judge *j, const struct http_response *r,
		   const struct judge_said *said, struct verdict *v)
{
	const struct judge_row *row;

	if (r->truncated) {
		*v = (struct verdict){CLASS_TRANSIENT, E_PROTOCOL, NULL, false};
		return;
	}
	judge_status(r, v);
	row = said->own ? find_row(j, r->status, said) : NULL;
	if (said->passing && !is_detailed(row))
		*v = (struct verdict){CLASS_TRANSIENT, E_PLATFORM, NULL, false};
	else if (row != NULL)
		*v = (struct verdict){row->cls, row->code, row->hint,
				      row->cls != CLASS_TRANSIENT && row->cls != CLASS_UNKNOWN};
	else if (said->own && r->status >= 400 && r->status <= 499)
		judge_refusal(r, v);
	/* Whatever a server says that fails: it may have failed after it was done. And what sends elsewhere
	 * is not the platform. */
	if (r->status >= 500 || r->status < 400)
		v->certain = false;
}

void judge_say(struct step_out *out, const struct http_response *r, enum err_class cls,
	       enum err code, const char *name, const char *words)
{
	switch (cls) {
	case CLASS_RATE_LIMITED:
		step_fail(out, cls, code, r, name, "the server asks to wait: %s", words);
		break;
	case CLASS_AUTH:
		step_fail(out, cls, code, r, name, "the login is not accepted: %s", words);
		break;
	case CLASS_PERMANENT:
		step_fail(out, cls, code, r, name, "the server refused it: %s", words);
		break;
	case CLASS_UNKNOWN:
		step_fail(out, cls, code, r, name,
			  "the post was sent, and the answer (HTTP %d) does not tell whether it "
			  "was accepted: %s",
			  r->status, words);
		break;
	default:
		step_fail(out, cls, code, r, name, "the server answered HTTP %d: %s", r->status,
			  words);
		break;
	}
}

void judge_fail(const struct judge *j, const struct step_in *in, struct step_out *out, bool commit)
{
	const struct http_response *r = in->response;
	struct judge_said said = {.name = "", .words = ""};
	struct verdict v = {0};
	int64_t at;

	j->read(out->arena, r, &said);
	if (said.words[0] == '\0')
		said.words = said.name[0] != '\0' ? said.name : adapter_snippet(out->arena, r);
	decide(j, r, &said, &v);
	if (commit && !v.certain) {
		v.cls = CLASS_UNKNOWN;
		v.code = E_UNKNOWN_OUTCOME;
	} else if (!commit && v.cls == CLASS_UNKNOWN) {
		v.cls = CLASS_TRANSIENT;
		v.code = E_PLATFORM;
	}
	/* What is refused before a post is on its way is no refused post. */
	if (v.code == E_REJECTED && in->op != OP_PUBLISH && in->op != OP_TAKEDOWN)
		v.code = E_PLATFORM;
	judge_say(out, r, v.cls, v.code, said.name[0] != '\0' ? said.name : NULL, said.words);
	if (v.hint == NULL && v.cls == CLASS_AUTH)
		v.hint = j->login_hint;
	if (v.hint != NULL)
		err_hint(&out->error, "%s", err_translate(v.hint));
	if (v.cls == CLASS_RATE_LIMITED || v.cls == CLASS_TRANSIENT) {
		at = http_retry_at(r);
		out->at = said.retry_at > at ? said.retry_at : at;
	}
}

void judge_odd(const struct step_in *in, struct step_out *out, bool commit, const char *what)
{
	/* The answer to a login holds tokens, also when it is odd. */
	bool secret = in->op == OP_LOGIN || in->op == OP_CODE || in->op == OP_REFRESH ||
		      in->op == OP_REGISTER;
	const char *seen = secret ? "" : adapter_snippet(out->arena, in->response);

	if (commit)
		step_fail(out, CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, in->response, NULL,
			  "the post was sent, but the answer has no %s: %s", what, seen);
	else
		step_fail(out, CLASS_TRANSIENT, E_PROTOCOL, in->response, NULL,
			  "the answer has no %s, as this platform's answers have: %s", what, seen);
}
