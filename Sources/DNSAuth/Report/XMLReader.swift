import CXML
import Mail

/// Owns one libxml2 reader over its own copy of the text. Nothing outside the text is ever read: no DTD, no entity, no
/// network. Mistakes are recovered from and noted.
@safe struct XMLReader: ~Copyable {
    enum Event {
        case start(String)
        case end
        case text(String)
        /// Comments, processing instructions.
        case other
        case finished
    }

    private let reader: OpaquePointer
    private let copy: UnsafeMutableRawBufferPointer
    /// Only where a tree was made first.
    private let tree: xmlDocPtr?
    private let limits: ReportLimits
    private var elements = 0
    private var endsNext = false
    /// The text is so broken that libxml2 stopped in the middle of it.
    private(set) var gaveUp = false
    private(set) var isAtEnd = false

    /// libxml2's tables are made once, before two threads could make them at the same time.
    private static let isReady: Void = xmlInitParser()

    /// - Parameters:
    ///   - text: UTF-8 without a DTD, from `XMLText`.
    ///   - buildsTree: makes a tree of the whole text first, which survives mistakes that end a reading in passing.
    init(_ text: [UInt8], buildsTree: Bool = false, limits: ReportLimits) throws(ReportFailure) {
        _ = Self.isReady
        guard let size = Int32(exactly: text.count) else { throw .tooLarge(limit: limits.bytes) }
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(text.count, 1), alignment: 1)
        unsafe copy.copyBytes(from: text)
        let start = unsafe copy.baseAddress?.assumingMemoryBound(to: CChar.self)
        let options =
            XML_PARSE_RECOVER.rawValue | XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue
            | XML_PARSE_NOWARNING.rawValue | XML_PARSE_IGNORE_ENC.rawValue | XML_PARSE_COMPACT.rawValue
        xmlResetLastError()
        let tree = buildsTree ? unsafe xmlReadMemory(start, size, nil, "UTF-8", Int32(options)) : nil
        let made =
            buildsTree
            ? unsafe tree.flatMap { unsafe xmlReaderWalker($0) }
            : unsafe xmlReaderForMemory(start, size, nil, "UTF-8", Int32(options))
        guard let made = unsafe made else {
            unsafe xmlFreeDoc(tree)
            unsafe copy.deallocate()
            throw .notAggregate
        }
        unsafe reader = made
        unsafe self.tree = tree
        unsafe self.copy = copy
        self.limits = limits
    }

    deinit {
        unsafe xmlFreeTextReader(reader)
        unsafe xmlFreeDoc(tree)
        unsafe copy.deallocate()
    }

    mutating func next() throws(ReportFailure) -> Event {
        if endsNext {
            endsNext = false
            return .end
        }
        let code = unsafe xmlTextReaderRead(reader)
        guard code == 1 else {
            gaveUp = code < 0
            isAtEnd = true
            return .finished
        }
        switch UInt32(bitPattern: unsafe xmlTextReaderNodeType(reader)) {
        case XML_READER_TYPE_ELEMENT.rawValue:
            elements += 1
            guard elements <= limits.elements else { throw .tooManyElements(limit: limits.elements) }
            guard Int(unsafe xmlTextReaderDepth(reader)) < limits.depth else { throw .tooDeep(limit: limits.depth) }
            endsNext = unsafe xmlTextReaderIsEmptyElement(reader) == 1
            return .start(unsafe Self.string(xmlTextReaderConstLocalName(reader), limit: 256))
        case XML_READER_TYPE_END_ELEMENT.rawValue: return .end
        case XML_READER_TYPE_TEXT.rawValue, XML_READER_TYPE_CDATA.rawValue:
            return .text(unsafe Self.string(xmlTextReaderConstValue(reader), limit: limits.text))
        case XML_READER_TYPE_DOCUMENT_TYPE.rawValue, XML_READER_TYPE_ENTITY_REFERENCE.rawValue: throw .documentType
        default: return .other
        }
    }

    /// Of the element that the reader stands on.
    var namespace: String { unsafe Self.string(xmlTextReaderConstNamespaceUri(reader), limit: 256) }
    var depth: Int { Int(unsafe xmlTextReaderDepth(reader)) }

    /// Whether anything had to be recovered from since this reader was made, on this thread.
    var sawError: Bool {
        guard let error = unsafe xmlGetLastError() else { return false }
        return unsafe error.pointee.level.rawValue >= XML_ERR_ERROR.rawValue
    }

    private static func string(_ text: UnsafePointer<xmlChar>?, limit: Int) -> String {
        guard let text = unsafe text else { return "" }
        var count = 0
        while count < limit, unsafe text[count] != 0 { count += 1 }
        return unsafe String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
    }
}
