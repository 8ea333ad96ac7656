/* platforms/telegram_account.c - a bot, and the channel that it posts to.
 *
 *   getMe -> getChatMember -> done
 *
 * The channel is named when the bot is connected. Which bot it was stands in the account's facts, so that another bot's
 * token is noticed. Tokens do not expire, and only @BotFather withdraws one. */
#include "platforms/telegram.h"

#include <string.h>

#include "platforms/adapter.h"

/* The channel that is meant, the arena's; NULL if none is named. */
static const char *chat_of(const struct step_in *in, struct arena *a)
{
	const char *name = in->op == OP_VERIFY  ? in->conn->account_id
			   : in->choice != NULL ? in->choice
						: in->login_name;
	const char *chat;

	if (name == NULL || name[0] == '\0')
		return NULL;
	if (telegram_is_chat(name))
		return arena_strdup(a, name);
	chat = arena_printf(a, "@%.100s", name);
	return telegram_is_chat(chat) ? chat : NULL;
}

static void ask_bot(const struct step_in *in, struct step_out *out)
{
	telegram_call(in, out, HTTP_GET, "getMe");
	out->state = json_new_object();
	json_set_str(out->state, "ask", "bot");
}

static void ask_rights(const struct step_in *in, struct step_out *out, const char *bot,
		       const char *name)
{
	struct http_request *r = telegram_call(in, out, HTTP_GET, "getChatMember");

	http_query(r, "chat_id", chat_of(in, out->arena));
	http_query(r, "user_id", bot);
	out->state = json_new_object();
	json_set_str(out->state, "ask", "rights");
	json_set_str(out->state, "bot", bot);
	json_set_str(out->state, "name", name);
}

/* The bot of the last login; NULL if it is not known. The arena's. */
static const char *known_bot(const struct step_in *in, struct arena *a)
{
	const char *facts = in->conn->facts, *id;
	struct json *j = NULL;

	if (facts == NULL || json_parse(facts, strlen(facts), JSON_BYTES_MAX, &j, NULL) != OK)
		return NULL;
	id = adapter_id(a, j, "bot");
	json_free(&j);
	return id;
}

static void take_bot(const struct step_in *in, struct step_out *out)
{
	struct json *whole;
	const struct json *me = telegram_result(in->response, &whole);
	const char *id = adapter_id(out->arena, me, "id"), *name = adapter_name(me, "username");
	const char *known = in->op == OP_VERIFY ? known_bot(in, out->arena) : NULL;

	if (id == NULL)
		judge_odd(in, out, false, "bot");
	else if (known != NULL && strcmp(known, id) != 0)
		step_fail(out, CLASS_AUTH, E_WRONG_ACCOUNT, in->response, NULL,
			  "the token is one of another bot, %s", name != NULL ? name : id);
	else
		ask_rights(in, out, id, name);
	json_free(&whole);
}

static bool may_post(const struct json *member)
{
	const char *status = json_str(member, "status");

	if (status == NULL || strcmp(status, "left") == 0 || strcmp(status, "kicked") == 0)
		return false;
	return json_bool(member, "can_post_messages", true) &&
	       json_bool(member, "can_send_messages", true);
}

static void take_rights(const struct step_in *in, struct step_out *out)
{
	const char *chat = chat_of(in, out->arena);
	struct json *whole;
	const struct json *member = telegram_result(in->response, &whole);

	if (chat == NULL || json_str(member, "status") == NULL) {
		judge_odd(in, out, false, "rights in the channel");
	} else if (!may_post(member)) {
		step_fail(out, CLASS_AUTH, E_SCOPE_MISSING, in->response, NULL,
			  "the bot may not post to %s", chat);
		err_hint(&out->error,
			 "make the bot an administrator of the channel, with the right to post");
	} else {
		out->account_id = chat;
		out->account = chat[0] == '@' ? chat + 1 : chat;
		out->facts = json_new_object();
		json_set_str(out->facts, "bot", json_str(in->state, "bot"));
		json_set_str(out->facts, "bot_name", json_str(in->state, "name"));
		out->verdict = STEP_DONE;
	}
	json_free(&whole);
}

void telegram_login(const struct step_in *in, struct step_out *out)
{
	const char *ask = json_str(in->state, "ask");

	if (chat_of(in, out->arena) == NULL) {
		step_fail(out, CLASS_PERMANENT, E_USAGE, NULL, NULL,
			  "a bot can post to many channels, and none is named");
		err_hint(&out->error,
			 "name it with --handle, for example @news, or with its number");
	} else if (in->response == NULL) {
		ask_bot(in, out);
	} else if (!adapter_ok(in->response)) {
		judge_fail(&telegram_judge, in, out, false);
		if (in->op == OP_LOGIN && out->error.code == E_TOKEN_REVOKED)
			out->error.code = E_LOGIN_FAILED;
	} else if (ask != NULL && strcmp(ask, "rights") == 0) {
		take_rights(in, out);
	} else {
		take_bot(in, out);
	}
}

void telegram_verify(const struct step_in *in, struct step_out *out)
{
	telegram_login(in, out);
}

void telegram_refresh(const struct step_in *in, struct step_out *out)
{
	step_fail(out, CLASS_AUTH, E_TOKEN_REVOKED, in->response, NULL,
		  "a bot's token cannot be renewed");
	err_hint(&out->error, "ask @BotFather for the bot's token and connect it again");
}

void telegram_revoke(const struct step_in *in, struct step_out *out)
{
	step_fail(out, CLASS_PERMANENT, E_UNSUPPORTED, in->response, NULL,
		  "a bot's token is withdrawn by hand");
	err_hint(&out->error, "ask @BotFather to revoke it, if nothing else uses the bot");
}
