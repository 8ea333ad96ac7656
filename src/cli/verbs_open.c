/* cli/verbs_open.c - a published post in the browser; its address where there is none. */
#include "base/i18n.h"
#include "cli/browser.h"
#include "cli/verbs.h"

int verb_open(struct cli *c)
{
	const char *url;
	bool opened;
	int64_t id;

	if (args_expect(&c->args, 1, 1, &c->info) ||
	    args_job_number(c->args.operands[0], &id, &c->info) ||
	    ops_job_url(c->ops, id, c->arena, &url, &c->info))
		return cli_fail(c);
	opened = !c->args.quiet && browser_open(url);
	if (c->args.json) {
		struct json *j = json_new_object();

		json_set_int(j, "job", id);
		json_set_str(j, "url", url);
		json_set_bool(j, "opened", opened);
		return cli_end_json(c, j);
	}
	if (opened)
		out_line(_("opening %s"), url);
	else
		out_line("%s", url);
	return cli_end(c);
}
