// Which instruction set is in use.
#pragma once

#include <string>
#include <vector>

namespace covey {

/// Instruction sets that this build has and this machine can run, narrowest first.
std::vector<std::string> instruction_sets();

/// The one in use.
std::string instruction_set();

/// Use another one; "auto" is COVEY_ISA or else the widest. Throws std::invalid_argument.
void use_instruction_set(const std::string& name);

}  // namespace covey
