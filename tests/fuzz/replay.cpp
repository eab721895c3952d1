#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void run(const std::string& input) {
    // A copy of exactly that size, so that a sanitizer sees a read past the end.
    const std::vector<std::uint8_t> bytes(input.begin(), input.end());
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

/// The input itself, every beginning of it, and it with single bytes changed: a little fuzzing without a fuzzer, the
/// same in every run.
void runVariations(const std::string& input) {
    run(input);
    const std::size_t step = std::max<std::size_t>(1, input.size() / 200);
    for (std::size_t at = 0; at < input.size(); at += step) {
        run(input.substr(0, at));
        for (const char replacement : {'\0', '"', '{', '\\', '9', '\xff'}) {
            std::string changed = input;
            changed[at] = replacement;
            run(changed);
        }
    }
}

} // namespace

/// Feeds every file of the folders named to the target; fails when there is none.
int main(int count, char** arguments) {
    int files = 0;
    for (int i = 1; i < count; ++i) {
        for (const auto& file : std::filesystem::recursive_directory_iterator(arguments[i])) {
            if (!file.is_regular_file())
                continue;
            std::ifstream stream(file.path(), std::ios::binary);
            runVariations({std::istreambuf_iterator<char>(stream), {}});
            ++files;
        }
    }
    std::printf("%d files\n", files);
    return files > 0 ? 0 : 1;
}
