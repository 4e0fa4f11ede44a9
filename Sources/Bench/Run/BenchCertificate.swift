import Glibc

/// A certificate that signs itself, as the files that engines read.
enum BenchCertificate {
    static func make(
        in folder: RunFolder, warden: ChildWarden
    ) throws(RunFailure) -> (chain: String, key: String) {
        let (chain, key) = (folder.file("tls.crt"), folder.file("tls.key"))
        let places: [String] = ["/usr/bin/openssl", "/usr/local/bin/openssl"]
        guard let openssl = places.first(where: { unsafe access($0, X_OK) == 0 })
        else { throw RunFailure("--tls needs the program openssl, for a certificate") }
        let log = folder.file("openssl.log")
        let child = try ChildProcess(
            "openssl", path: openssl,
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
                "-subj", "/CN=martlet.bench.example", "-keyout", key, "-out", chain,
            ], output: .file(folder.file("openssl.out")), errors: log, warden: warden)
        _ = Patience.wait(30) { !child.isRunning }
        guard child.end(within: 1) == 0 else { throw RunFailure("openssl made no certificate (log: \(log))") }
        return (chain, key)
    }
}
