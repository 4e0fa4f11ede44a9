import CCurl
import Mail

extension Exchange {
    /// Makes curl's handle for this exchange. False: this libcurl cannot do what is needed, so nothing may be sent.
    ///
    /// What is not set here stays off by libcurl's own defaults: redirections, cookies, `.netrc`, decompression.
    func prepare() -> Bool {
        let resolved = addresses.map { address in
            switch address {
            case .v4: "\(address)"
            case .v6: "[\(address)]"
            }
        }
        // `+`: the entry goes with time, so that the table of names does not grow for ever.
        let names = target.literal == nil ? ["+\(target.host):\(target.port):\(resolved.joined(separator: ","))"] : []
        let connectTo = options.portMap.isEmpty ? [] : [":::\(target.port)"]
        easy = CurlEasy(headers: headers, addresses: names, connectTo: connectTo)
        return setScope() && setTrust() && setLimits() && setMethod() && setCallbacks()
    }

    /// Only what the caller asked for, and nothing from the environment.
    private func setScope() -> Bool {
        guard let isSet = easy?.set(CURLOPT_URL, target.url), isSet else { return false }
        return easy?.set(CURLOPT_PROTOCOLS_STR, options.allowsPlainHTTP ? "https,http" : "https") == true
            && easy?.set(CURLOPT_FOLLOWLOCATION, 0) == true && easy?.set(CURLOPT_PROXY, "") == true
            && easy?.set(CURLOPT_NOPROXY, "*") == true && easy?.set(CURLOPT_NOSIGNAL, 1) == true
            && easy?.set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1) == true
            && easy?.set(CURLOPT_USERAGENT, options.userAgent) == true
    }

    /// RFC 9110 §4.3.4: the certificate must hold, for the name in the URL.
    private func setTrust() -> Bool {
        if let file = options.caFile, easy?.set(CURLOPT_CAINFO, file) != true { return false }
        // Without a folder of certificates curl keeps the parsed file for a day; with one it reads everything again for
        // every connection, on our loop. And a file that the operator names is meant to be all there is.
        return easy?.clear(CURLOPT_CAPATH) == true && easy?.set(CURLOPT_SSL_VERIFYPEER, 1) == true
            && easy?.set(CURLOPT_SSL_VERIFYHOST, 2) == true
            && easy?.set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2) == true
    }

    private func setLimits() -> Bool {
        let milliseconds = Int(timeout.wholeMilliseconds)
        let connect = min(milliseconds, Int(options.connectTimeout.wholeMilliseconds))
        return easy?.set(CURLOPT_TIMEOUT_MS, max(1, milliseconds)) == true
            && easy?.set(CURLOPT_CONNECTTIMEOUT_MS, max(1, connect)) == true
            // A transfer that waits for a free connection must still find its addresses when its turn comes.
            && easy?.set(CURLOPT_DNS_CACHE_TIMEOUT, milliseconds / 1_000 + 60) == true
            && easy?.setSize(CURLOPT_MAXFILESIZE_LARGE, Int64(max(0, request.limit))) == true
    }

    private func setMethod() -> Bool {
        switch request.method {
        case .get: easy?.set(CURLOPT_HTTPGET, 1) == true
        case .post: easy?.set(CURLOPT_POST, 1) == true && easy?.setBody(request.body) == true
        }
    }

    private func setCallbacks() -> Bool {
        let me = unsafe Unmanaged.passUnretained(self).toOpaque()
        guard let raw = unsafe easy?.raw else { return false }
        return unsafe martlet_easy_on_body(raw, ExchangeCallbacks.body, me) == CURLE_OK
            && martlet_easy_on_header(raw, ExchangeCallbacks.header, me) == CURLE_OK
            && martlet_easy_on_connect(raw, ExchangeCallbacks.connect, me) == CURLE_OK
    }
}
