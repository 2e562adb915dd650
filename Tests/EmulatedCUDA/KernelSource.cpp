#include "KernelSource.hpp"

#include <cstring>
#include <fstream>
#include <regex>
#include <utility>

namespace emulated {

namespace {

std::string unescaped(const std::string &text) {
    std::string plain;
    for (size_t at = 0; at < text.size(); at++) {
        if (text[at] != '\\' || at + 1 == text.size()) {
            plain += text[at];
            continue;
        }
        char next = text[++at];
        plain += next == 'n' ? '\n' : next == 't' ? '\t' : next;
    }
    return plain;
}

/// Where the brackets that open at `at` are closed again; just after it.
size_t afterBrackets(const std::string &text, size_t at) {
    int depth = 0;
    for (; at < text.size(); at++) {
        if (text[at] == '(') depth++;
        if (text[at] == ')' && --depth == 0) return at + 1;
    }
    return at;
}

bool isWord(char character) { return isalnum(static_cast<unsigned char>(character)) || character == '_'; }

/// The word at or after `at`, and just after it.
std::string nextWord(const std::string &text, size_t &at) {
    while (at < text.size() && !isWord(text[at])) at++;
    size_t start = at;
    while (at < text.size() && isWord(text[at])) at++;
    return text.substr(start, at - start);
}

/// The names that a declaration like `float a[N], b` declares.
std::vector<std::string> declaredNames(const std::string &declaration) {
    std::vector<std::string> names;
    int depth = 0;
    bool hasDimensions = false;
    std::string word, last;
    for (char character : declaration + ',') {
        bool isOpening = strchr("[({<", character) != nullptr,
             isClosing = strchr("])}>", character) != nullptr;
        if (!word.empty() && !isWord(character)) last = std::exchange(word, "");
        if (depth == 0 && isWord(character) && !hasDimensions) word += character;
        if (character == '[' && depth == 0) hasDimensions = true;
        if (character == ',' && depth == 0) {
            names.push_back(last);
            hasDimensions = false;
        }
        depth += isOpening - isClosing;
    }
    return names;
}

}  // namespace

std::string applyPatch(const std::string &path, std::string &source) {
    std::ifstream file(path);
    if (!file) return "cannot read the patch " + path;
    std::string line;
    while (std::getline(file, line)) {
        if (line.empty()) continue;
        size_t tab = line.find('\t');
        if (tab == std::string::npos) return "a line of the patch has no tab: " + line;
        std::string before = unescaped(line.substr(0, tab)), after = unescaped(line.substr(tab + 1));
        size_t at = source.find(before);
        if (before.empty() || at == std::string::npos) return "the patch's text does not occur: " + before;
        if (source.find(before, at + 1) != std::string::npos)
            return "the patch's text occurs twice: " + before;
        source.replace(at, before.size(), after);
    }
    return {};
}

std::string withDynamicMemory(const std::string &source) {
    static const std::regex declaration(R"(extern\s+__shared__\s+(.+?)\s*\b(\w+)\s*\[\s*\]\s*;)");
    return std::regex_replace(source, declaration, "static $1 *&$2 = ($1 *&)emulated::dynamicMemory;");
}

std::string withStaticMemory(const std::string &preprocessed) {
    const std::string mark = "__attribute__((annotate(\"emulated_shared\")))";
    std::string text;
    size_t done = 0;
    for (size_t at = preprocessed.find(mark); at != std::string::npos; at = preprocessed.find(mark, done)) {
        size_t start = at + mark.size(), end = preprocessed.find(';', start);
        std::string declaration = preprocessed.substr(start, end - start);
        text +=
            preprocessed.substr(done, at - done) + "static __attribute__((aligned(16)))" + declaration + ";";
        for (const std::string &name : declaredNames(declaration))
            text += " static unsigned long emulated_serial_" + name + "; emulated::useShared(emulated_serial_"
                + name + ", &" + name + ", sizeof " + name + ");";
        done = end + 1;
    }
    return text + preprocessed.substr(done);
}

std::vector<KernelName> findKernels(const std::string &preprocessed) {
    std::vector<KernelName> kernels;
    const std::string mark = "annotate(\"emulated_kernel\")";
    for (size_t at = preprocessed.find(mark); at != std::string::npos; at = preprocessed.find(mark, at)) {
        at += mark.size();
        KernelName kernel;
        for (std::string word = nextWord(preprocessed, at); at < preprocessed.size();
             word = nextWord(preprocessed, at)) {
            if (word == "__attribute__") {
                size_t end = afterBrackets(preprocessed, at);
                std::string attribute = preprocessed.substr(at, end - at);
                const std::string bounds = "\"emulated_bounds\",";
                size_t start = attribute.find(bounds);
                if (start != std::string::npos) {
                    start += bounds.size();
                    kernel.bounds = attribute.substr(start, attribute.rfind("))") - 1 - start);
                }
                at = end;
            } else if (word != "void" && word != "noinline" && word != "static") {
                kernel.name = word;
                break;
            }
        }
        if (!kernel.name.empty()) kernels.push_back(kernel);
    }
    return kernels;
}

std::string imageTable(const std::vector<KernelName> &kernels, int architecture, bool isMachineCode) {
    std::string text = "\nstatic const emulated::Kernel emulated_kernels[] = {\n";
    for (const KernelName &kernel : kernels)
        text += "    emulated::Entry<&" + kernel.name + ">::kernel(\"" + kernel.name + "\", emulated::bounds("
            + kernel.bounds + ")),\n";
    text += "    {},\n};\nextern \"C\" __attribute__((visibility(\"default\"))) const emulated::Image "
            "emulated_image = {"
        + std::to_string(architecture) + ", " + (isMachineCode ? "true" : "false") + ", emulated_kernels, "
        + std::to_string(kernels.size()) + "};\n";
    return text;
}

}  // namespace emulated
