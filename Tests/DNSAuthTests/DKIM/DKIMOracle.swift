import Foundation
import Testing

@testable import DNSAuth

/// Runs messages through verifiers and signers that nobody here wrote: dkimpy, and libopendkim, which is what
/// opendkim-testmsg and opendkim call. Messages go there and back as lines of Base64, in one process.
enum DKIMOracle: String, CaseIterable {
    case dkimpy
    case libopendkim

    /// 1,000 messages, or 10,000 with MARTLET_FULL=1.
    static let count = ProcessInfo.processInfo.environment["MARTLET_FULL"] == "1" ? 10_000 : 1_000

    /// `nil`, and a visible line, when it is not there.
    func python(for test: String) -> String? {
        switch self {
        case .dkimpy: return Tool.python(with: "dkim, nacl", for: test)
        case .libopendkim:
            guard let python = Tool.find("python3", for: test) else { return nil }
            let probe = "import ctypes; ctypes.CDLL('libopendkim.so.11')"
            if (try? Tool.run(python, ["-c", probe]))?.status == 0 { return python }
            print("SKIPPED: \(test): needs libopendkim.so.11 (opendkim-tools)")
            return nil
        }
    }

    /// Runs `verify` or `sign`. The first line holds the settings, every further one a message.
    func run(
        _ task: String, _ python: String, settings: [String: Any], messages: [[UInt8]]
    ) throws -> [Substring] {
        var input = try JSONSerialization.data(withJSONObject: settings) + Data("\n".utf8)
        for message in messages { input += Data(message).base64EncodedData() + Data("\n".utf8) }
        let script = self == .dkimpy ? Self.dkimpyScript : Self.libraryScript
        let result = try Tool.run(python, ["-c", script, task], input: input)
        #expect(result.status == 0, "\(result.errors.suffix(2_000))")
        return result.output.split(separator: "\n", omittingEmptySubsequences: true)
    }

    /// verify: for each message the marks of its signatures, 1 or 0. sign: the signed message.
    private static let dkimpyScript = """
        import sys, json, base64, dkim
        lines = sys.stdin.buffer.read().split(b'\\n')
        settings = json.loads(lines[0])
        zone = {k.encode(): v.encode() for k, v in settings['zone'].items()}
        find = lambda name, timeout=5: zone.get((name.encode() if isinstance(name, str) else name).rstrip(b'.'))
        forms = [(a, b) for a in (b'simple', b'relaxed') for b in (b'simple', b'relaxed')]
        for number, line in enumerate(lines[1:]):
            if not line: continue
            message = base64.b64decode(line)
            if sys.argv[1] == 'verify':
                marks = ''
                for index in range(settings['signatures']):
                    try: marks += '1' if dkim.DKIM(message).verify(idx=index, dnsfunc=find) else '0'
                    except Exception: marks += '0'
                print(marks)
            else:
                algorithm = settings['algorithm'].encode()
                signature = dkim.sign(message, settings['selector'].encode(), settings['domain'].encode(),
                    settings['key'].encode(), canonicalize=forms[number % 4], signature_algorithm=algorithm,
                    include_headers=None, length=number % 8 > 3)
                print(base64.b64encode(signature + message).decode())
        """

    private static let libraryScript = """
        import sys, json, base64, ctypes, tempfile
        from ctypes import c_void_p as P, c_char_p as S, c_int as I, c_size_t as N, byref
        lib = ctypes.CDLL('libopendkim.so.11')
        lib.dkim_init.restype = lib.dkim_verify.restype = lib.dkim_sign.restype = P
        lib.dkim_init.argtypes = [P, P]
        lib.dkim_options.argtypes = [P, I, I, P, N]
        lib.dkim_verify.argtypes = [P, S, P, P]
        lib.dkim_sign.argtypes = [P, S, P, S, S, S, I, I, I, ctypes.c_ssize_t, P]
        lib.dkim_chunk.argtypes = [P, S, N]
        lib.dkim_eom.argtypes = [P, P]
        lib.dkim_free.argtypes = [P]
        lib.dkim_getsighdr.argtypes = [P, S, N, N]
        lib.dkim_set_margin.argtypes = [P, I]
        lines = sys.stdin.buffer.read().split(b'\\n')
        settings = json.loads(lines[0])
        library = lib.dkim_init(None, None)
        keys = tempfile.NamedTemporaryFile()
        keys.write(''.join(f'{k} {v}\\n' for k, v in settings['zone'].items()).encode())
        keys.flush()
        # DKIM_OPTS_QUERYMETHOD is 6 and DKIM_QUERY_FILE 1; DKIM_OPTS_QUERYINFO is 7.
        path = keys.name.encode()
        assert lib.dkim_options(library, 1, 6, byref(I(1)), 4) == 0
        assert lib.dkim_options(library, 1, 7, ctypes.cast(S(path), P), len(path)) == 0
        def run(handle, message):
            return [lib.dkim_chunk(handle, message, len(message)), lib.dkim_chunk(handle, None, 0),
                lib.dkim_eom(handle, None)]
        def verify(message):
            handle = lib.dkim_verify(library, b'id', None, byref(I()))
            codes = run(handle, message)
            lib.dkim_free(handle)
            return codes == [0, 0, 0]
        for number, line in enumerate(lines[1:]):
            if not line: continue
            message = base64.b64decode(line)
            if sys.argv[1] == 'verify':
                # One signature at a time: the library stops at the first good one.
                fields, rest = [], message
                for _ in range(settings['signatures']):
                    end = rest.index(b'\\r\\n') + 2
                    while rest[end:end + 1] in (b' ', b'\\t'): end = rest.index(b'\\r\\n', end) + 2
                    fields.append(rest[:end])
                    rest = rest[end:]
                print(''.join('1' if verify(field + rest) else '0' for field in fields))
            else:
                algorithm = {'rsa-sha256': 1, 'ed25519-sha256': 2}[settings['algorithm']]
                status = I()
                handle = lib.dkim_sign(library, b'id', None, settings['key'].encode(), settings['selector'].encode(),
                    settings['domain'].encode(), number % 2, number // 2 % 2, algorithm, -1, byref(status))
                # Simple: libopendkim 2.11 folds before b= only after hashing, so that its own verifier (and dkimpy)
                # reject the result. Without folds it is right.
                if number % 2 == 0: lib.dkim_set_margin(handle, 0)
                codes = run(handle, message)
                assert codes == [0, 0, 0], (codes, message)
                buffer = ctypes.create_string_buffer(8192)
                assert lib.dkim_getsighdr(handle, buffer, 8192, len('DKIM-Signature: ')) == 0
                lib.dkim_free(handle)
                print(base64.b64encode(b'DKIM-Signature: ' + buffer.value + b'\\r\\n' + message).decode())
        """
}
