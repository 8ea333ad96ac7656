/* oidc.mjs PORT - a certified OAuth 2.0 server on 127.0.0.1.
 *
 * Its people log in and consent by themselves: whoever opens the address of an authorization is `alice`, or whom
 * login_hint names. Two names do otherwise: `refuse` consents to nothing, `partly` to the first scope alone.
 * ACCESS_S is the life of an access token in seconds. Says "listening" when it does. */
import http from 'node:http'
import Provider, { errors } from 'oidc-provider'

const port = Number(process.argv[2])
const issuer = `http://127.0.0.1:${port}`
const grants = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] }
const redirects = { redirect_uris: ['http://127.0.0.1/callback', 'http://[::1]/callback'], application_type: 'native' }

const provider = new Provider(issuer, {
  clients: [
    { client_id: 'public', token_endpoint_auth_method: 'none', ...redirects, ...grants },
    { client_id: 'basic', client_secret: 'secret of basic', token_endpoint_auth_method: 'client_secret_basic', ...redirects, ...grants },
    { client_id: 'post', client_secret: 'secret of post', token_endpoint_auth_method: 'client_secret_post', ...redirects, ...grants },
  ],
  scopes: ['openid', 'offline_access', 'read', 'write'],
  clockTolerance: 0,
  cookies: { keys: ['signs the cookies of tests'] },
  features: {
    devInteractions: { enabled: false },
    introspection: { enabled: true },
    revocation: { enabled: true },
  },
  pkce: { required: () => true },
  issueRefreshToken: async (ctx, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: () => true,
  ttl: {
    AccessToken: Number(process.env.ACCESS_S ?? 3600),
    AuthorizationCode: 60,
    Grant: 86400,
    IdToken: 3600,
    Interaction: 600,
    RefreshToken: 86400,
    Session: 86400,
  },
  findAccount: async (ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
})

async function consent(interaction) {
  const { params, prompt, session } = interaction
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id })
  const asked = (prompt.details.missingOIDCScope ?? []).join(' ').split(' ')

  grant.addOIDCScope(session.accountId === 'partly' ? asked[0] : asked.join(' '))
  if (session.accountId === 'partly' && asked.length > 1) grant.rejectOIDCScope(asked.slice(1).join(' '))
  return { consent: { grantId: await grant.save() } }
}

async function answer(interaction) {
  const name = interaction.params.login_hint ?? 'alice'

  if (name === 'refuse') return { error: 'access_denied', error_description: 'the person said no' }
  if (interaction.prompt.name === 'login') return { login: { accountId: name } }
  return consent(interaction)
}

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next()
  const interaction = await provider.interactionDetails(ctx.req, ctx.res)
  await provider.interactionFinished(ctx.req, ctx.res, await answer(interaction), { mergeWithLastSubmission: true })
  ctx.respond = false
})
/* What fails by the tests' own doing is told, too. */
for (const event of ['server_error', 'authorization.error', 'grant.error'])
  provider.on(event, (ctx, error) => { if (!(error instanceof errors.OIDCProviderError)) console.error(event, error) })

http.createServer(provider.callback()).listen(port, '127.0.0.1', () => console.log('listening'))
