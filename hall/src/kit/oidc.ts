/** The conversation with the identity provider. Loaded when somebody signs in, not before. */
import * as oauth from 'oauth4webapi'
import type { Person } from './session'
import type { Settings } from './settings'

export interface Pending {
  verifier: string
  state: string
  nonce: string
  returnTo: string
}

const SCOPE = 'openid profile'
/** One address for all sites: who asked is kept in the tab. */
const callback = () => new URL('/signed-in', window.location.origin).href

async function provider({ issuer }: Settings) {
  const url = new URL(issuer)
  const options = insecure(url)
  const server = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, options))
  return { server, options }
}

/** A demonstration on this machine speaks plain HTTP. */
const insecure = (url: URL) => (url.protocol === 'http:' ? { [oauth.allowInsecureRequests]: true } : {})

export async function begin(settings: Settings, returnTo: string): Promise<{ address: string; pending: Pending }> {
  const { server } = await provider(settings)
  const verifier = oauth.generateRandomCodeVerifier()
  const pending = { verifier, state: oauth.generateRandomState(), nonce: oauth.generateRandomNonce(), returnTo }
  const address = new URL(server.authorization_endpoint!)
  address.search = new URLSearchParams({
    client_id: settings.client_id,
    redirect_uri: callback(),
    response_type: 'code',
    scope: SCOPE,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: pending.state,
    nonce: pending.nonce,
  }).toString()
  return { address: address.href, pending }
}

export async function exchange(settings: Settings, pending: Pending, address: URL) {
  const { server, options } = await provider(settings)
  const client = { client_id: settings.client_id }
  const told = oauth.validateAuthResponse(server, client, address, pending.state)
  const answer = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    told,
    callback(),
    pending.verifier,
    options,
  )
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer, {
    expectedNonce: pending.nonce,
    requireIdToken: true,
  })
  const claims = oauth.getValidatedIdTokenClaims(tokens)!
  return {
    token: tokens.access_token,
    ends: Date.now() + (tokens.expires_in ?? 3600) * 1000,
    returnTo: pending.returnTo,
    person: {
      id: claims.sub,
      name: String(claims.name ?? claims.sub),
      roles: words(claims.roles),
      departments: words(claims.departments),
    } satisfies Person,
  }
}

const words = (claim: unknown): string[] => (Array.isArray(claim) ? claim.map(String) : [])
