import type { KnownFailure } from './failure.js';

/** Images that cannot be had: names, registries, logins, and the way to them. */
export const IMAGE_FAILURES: readonly KnownFailure[] = [
  {
    id: 'proxy',
    words: [/proxyconnect tcp/i, /proxy authentication required/i],
    code: 'UNAVAILABLE',
    sentence: 'the proxy that is set lets this request not through, or does not answer',
    hint: "look at HTTPS_PROXY and NO_PROXY of the engine (docker: of its daemon, in ~/.docker/daemon.json or systemd's docker.service.d), and at the proxy's user and password",
  },
  {
    id: 'rate-limit',
    words: [/toomanyrequests|pull rate limit|429 too many requests|too many requests to registry/i],
    code: 'TRY_AGAIN',
    sentence: 'the registry has had too many pulls from this address or account: a rate limit, not a missing image',
    hint: 'log in, which raises the limit (podctl login docker.io -u USER), try again later, or pull from a mirror',
  },
  {
    id: 'login-refused',
    words: [
      /incorrect username or password/i,
      /login attempt to \S+ failed with status: 40[13]/i,
      /logging into "(?<registry>[^"]+)": invalid username\/password/i,
    ],
    code: 'UNAVAILABLE',
    sentence: 'the registry does not know this user with this password',
    hint: 'check both; many registries take a token in place of the password (ghcr.io: gh auth token, with read:packages)',
  },
  {
    id: 'scope-denied',
    words: [
      /permission_denied|insufficient_scope/i,
      /(?<!permission )denied: (?!requested access|denied|\/|open|mkdir)\w[^\n]*/i,
    ],
    code: 'UNAVAILABLE',
    sentence: 'the login is known there, but has no right to this image',
    hint: 'ask for the right, or log in with a token that has it (ghcr.io: read:packages, write:packages to push): podctl login REGISTRY -u USER',
  },
  {
    id: 'pull-denied',
    words: [
      /pull access denied for (?<image>[^,\s]+)/i,
      /reading manifest \S+ in (?<image>\S+): (?:requested access to the resource is )?denied/i,
      /requested access to the resource is denied/i,
      /repository does not exist or may require/i,
      /error response from daemon: denied\s*$/im,
    ],
    code: 'UNAVAILABLE',
    sentence:
      "the registry shows no {'image|such image} without a login: it does not exist there, was removed, or is private",
    hint: 'check the name (podctl build, when it is built here); for a private one podctl login REGISTRY -u USER',
  },
  {
    id: 'manifest-unknown',
    words: [
      /manifest for (?<image>\S+) not found/i,
      /reading manifest \S+ in (?<image>\S+): (?:manifest unknown|name unknown)/i,
      /manifest unknown|manifest_unknown|repository name not known|name unknown|name_unknown/i,
      /(?<image>[\w./:@-]+): not found\s*$/im,
    ],
    code: 'UNAVAILABLE',
    sentence: "the registry has no {'image|such image or tag}",
    hint: 'check name and tag in the profile; old tags get removed: podctl image inspect shows what is here, podctl build builds it',
  },
  {
    id: 'unauthorized',
    words: [/unauthorized|no basic auth credentials|authentication required|401 unauthorized/i],
    code: 'UNAVAILABLE',
    sentence: 'the registry wants a login, or does not take the one that is kept',
    hint: 'log in (anew): podctl login REGISTRY -u USER; podctl logout REGISTRY forgets an old one',
  },
  {
    id: 'helper-missing',
    words: [
      /exec: "?(?<helper>docker-credential-[\w.-]+)"?: executable file not found/i,
      /(?<helper>docker-credential-[\w.-]+) resolves to executable in current directory/i,
      /error (?:getting|storing) credentials[^\n]*(?<helper>docker-credential-[\w.-]+)?/i,
    ],
    code: 'HOST_SETTING',
    sentence: "the credential helper {'helper|that is set} does not answer",
    hint: 'install it, or take credsStore and credHelpers out of ~/.docker/config.json (or auth.json) and log in anew',
  },
  {
    id: 'plain-http',
    words: [/server gave HTTP response to HTTPS client/i, /first record does not look like a TLS handshake/i],
    code: 'UNAVAILABLE',
    sentence: 'the registry speaks plain HTTP, and the engine wants TLS',
    hint: 'allow it for this registry: insecure-registries in daemon.json (docker), insecure = true in registries.conf or --plain-http (podman)',
  },
  {
    id: 'certificate',
    words: [/x509: [^\n"]+/i, /certificate (?:signed by unknown authority|has expired|is not valid)/i],
    code: 'UNAVAILABLE',
    sentence: "the registry's certificate is not trusted here",
    hint: 'put its CA where the engine looks: /etc/docker/certs.d/HOST/ca.crt or /etc/containers/certs.d/HOST/ca.crt; see the clock when it has expired',
  },
  {
    id: 'platform',
    words: [
      /image with reference (?<image>\S+) was found but (?:its platform|does not match the specified platform)/i,
      /no (?:matching manifest|image found in (?:manifest list|image index)) for (?:architecture )?"?(?<platform>[^\s,"]+)/i,
      /choosing an image from manifest list[^\n]*no image found/i,
    ],
    code: 'UNAVAILABLE',
    sentence: 'there is no such image for this kind of machine',
    hint: 'ask for one that there is (podctl pull --platform linux/amd64), or build it for this one: podctl build --platform',
  },
  {
    id: 'name-lookup',
    words: [
      /lookup (?<host>\S+?)(?: on \S+)?: (?:no such host|server misbehaving|temporary failure|i\/o timeout|connection refused|no answer)/i,
      /(?:could not resolve host|temporary failure (?:in name )?resolving|bad address|temporary failure in name resolution):? ?'?(?<host>[\w.-]+)?/i,
      /dial (?:tcp|udp): lookup (?<host>\S+)/i,
    ],
    code: 'UNAVAILABLE',
    sentence: "the name {'host|of a host} cannot be looked up (DNS)",
    hint: 'check its spelling and the network; does `getent hosts {host|NAME}` find it? For containers: dns in daemon.json or containers.conf',
  },
  {
    id: 'registry-silent',
    words: [
      /dial tcp (?<host>\S+?): (?:connect: )?(?:connection refused|no route to host|i\/o timeout|network is unreachable)/i,
      /dial tcp (?<host>\S+?):/i,
      /i\/o timeout|network is unreachable|tls handshake|no route to host|connection refused|context deadline exceeded|net\/http: request canceled/i,
    ],
    code: 'UNAVAILABLE',
    sentence: 'nobody answers at {host|the registry}',
    hint: 'check the network and the name of the registry, or build or load the image',
  },
  {
    id: 'registry-broken',
    words: [
      /received unexpected HTTP status: (?<status>\d+[^\n]*)/i,
      /(?:status|invalid status code from registry|http status)[: ]+(?<status>5\d\d[^\n]*)/i,
      /\b(?<status>50[0234] (?:internal server error|bad gateway|service unavailable|gateway timeout))/i,
      /error parsing HTTP 5\d\d response|unknown: unknown error|unavailable: service unavailable/i,
    ],
    code: 'TRY_AGAIN',
    sentence: 'the registry itself failed ({status|an error of its own})',
    hint: 'try again later; its status page may say more',
  },
  {
    id: 'bad-reference',
    words: [/invalid reference format[^\n]*/i, /repository name must be lowercase|(?:parsing|invalid) reference/i],
    code: 'BAD_DATA',
    sentence: 'this is no name of an image',
    hint: 'write [host[:port]/]name[:tag], the name in lower case, for instance ghcr.io/team/app:dev',
  },
  {
    id: 'image-in-use',
    words: [
      /unable to (?:delete|remove repository reference)[^\n]*(?:container|image is being used)/i,
      /image (?:used|is in use) by [^\n]*container/i,
    ],
    code: 'CANNOT_CREATE',
    sentence: 'a container still uses this image',
    hint: 'remove the container first (podctl down); {engine} ps --all --filter ancestor=IMAGE names it',
  },
  {
    id: 'image-missing',
    words: [
      /no such image:? ?"?(?<image>[^\s"]+)?/i,
      /(?<image>\S+): image not known/i,
      /an image does not exist locally with the tag: (?<image>\S+)/i,
      /unable to find image '(?<image>[^']+)' locally/i,
      /short-name/i,
    ],
    code: 'UNAVAILABLE',
    sentence: "the engine has no image {'image|of that name}",
    hint: 'build it with `podctl build`, or pull it with `podctl pull`; engines do not share their images',
  },
];
