//! Extended regular expressions (regex(7)) for `sysctl --pattern`: characters, `.`, `[...]`,
//! `*`, `+`, `?`, groups, `|`, `^`, `$`. Left out: `{m,n}`, classes by name, back references.
//!
//! Matching follows every possibility at once (Thompson's construction), so no pattern is slow.

/// A compiled expression: a program of steps.
#[derive(Debug)]
pub(super) struct Pattern {
    steps: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    Char(char),
    Any,
    Set { chars: Vec<(char, char)>, not: bool },
    Start,
    End,
    Split(usize, usize),
    Jump(usize),
    Match,
}

/// A part of an expression, before it is laid out as steps.
enum Node {
    Empty,
    One(Step),
    Then(Box<Node>, Box<Node>),
    Either(Box<Node>, Box<Node>),
    Repeat {
        node: Box<Node>,
        least: bool,
        many: bool,
    },
}

impl Pattern {
    /// Compiles `text`; nothing where it is no expression.
    pub(super) fn new(text: &str) -> Option<Pattern> {
        let mut parser = Parser {
            chars: text.chars().collect(),
            at: 0,
            depth: 0,
        };
        let node = parser.either()?;
        if parser.at < parser.chars.len() {
            return None;
        }
        let mut steps = Vec::new();
        emit(node, &mut steps);
        steps.push(Step::Match);
        Some(Pattern { steps })
    }

    /// Whether it matches somewhere in `text`.
    pub(super) fn finds(&self, text: &str) -> bool {
        let chars: Vec<char> = text.chars().collect();
        let mut now = vec![false; self.steps.len()];
        for at in 0..=chars.len() {
            if self.follow(0, at, chars.len(), &mut now) {
                return true;
            }
            let Some(c) = chars.get(at) else { break };
            let live: Vec<usize> = (0..now.len()).filter(|&i| now[i]).collect();
            now.fill(false);
            for i in live {
                let taken = match &self.steps[i] {
                    Step::Char(wanted) => wanted == c,
                    Step::Any => true,
                    Step::Set { chars, not } => {
                        chars.iter().any(|(low, high)| (low..=high).contains(&c)) != *not
                    }
                    _ => false,
                };
                if taken && self.follow(i + 1, at + 1, chars.len(), &mut now) {
                    return true;
                }
            }
        }
        false
    }

    /// Marks the steps that are reached from `from` without a character; true at the match.
    fn follow(&self, from: usize, at: usize, end: usize, marked: &mut [bool]) -> bool {
        let mut todo = vec![from];
        while let Some(i) = todo.pop() {
            if std::mem::replace(&mut marked[i], true) {
                continue;
            }
            match self.steps[i] {
                Step::Match => return true,
                Step::Jump(to) => todo.push(to),
                Step::Split(a, b) => todo.extend([a, b]),
                Step::Start if at == 0 => todo.push(i + 1),
                Step::End if at == end => todo.push(i + 1),
                _ => {}
            }
        }
        false
    }
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn either(&mut self) -> Option<Node> {
        let mut node = self.sequence()?;
        while self.peek() == Some('|') {
            self.at += 1;
            node = Node::Either(Box::new(node), Box::new(self.sequence()?));
        }
        Some(node)
    }

    fn sequence(&mut self) -> Option<Node> {
        let mut node = Node::Empty;
        while self
            .peek()
            .is_some_and(|c| c != '|' && (c != ')' || self.depth == 0))
        {
            let mut next = self.atom()?;
            while let Some(c @ ('*' | '+' | '?')) = self.peek() {
                self.at += 1;
                next = Node::Repeat {
                    node: Box::new(next),
                    least: c == '+',
                    many: c != '?',
                };
            }
            node = Node::Then(Box::new(node), Box::new(next));
        }
        Some(node)
    }

    fn atom(&mut self) -> Option<Node> {
        let c = self.peek()?;
        self.at += 1;
        let step = match c {
            '.' => Step::Any,
            '^' => Step::Start,
            '$' => Step::End,
            '[' => self.set()?,
            '(' if self.depth < 100 => {
                self.depth += 1;
                let node = self.either()?;
                self.depth -= 1;
                return (self.close()).then_some(node);
            }
            '(' => return None,
            '\\' => {
                let c = self.peek()?;
                self.at += 1;
                Step::Char(c)
            }
            c => Step::Char(c),
        };
        Some(Node::One(step))
    }

    fn close(&mut self) -> bool {
        let closed = self.peek() == Some(')');
        self.at += usize::from(closed);
        closed
    }

    fn set(&mut self) -> Option<Step> {
        let not = self.peek() == Some('^');
        self.at += usize::from(not);
        let mut chars = Vec::new();
        loop {
            let low = self.peek()?;
            self.at += 1;
            if low == ']' && !chars.is_empty() {
                return Some(Step::Set { chars, not });
            }
            let ranged =
                self.peek() == Some('-') && self.chars.get(self.at + 1).is_some_and(|c| *c != ']');
            let high = if ranged {
                self.at += 2;
                self.chars[self.at - 1]
            } else {
                low
            };
            chars.push((low, high));
        }
    }
}

fn emit(node: Node, steps: &mut Vec<Step>) {
    match node {
        Node::Empty => {}
        Node::One(step) => steps.push(step),
        Node::Then(a, b) => {
            emit(*a, steps);
            emit(*b, steps);
        }
        Node::Either(a, b) => {
            let split = steps.len();
            steps.push(Step::Jump(0));
            emit(*a, steps);
            let jump = steps.len();
            steps.push(Step::Jump(0));
            steps[split] = Step::Split(split + 1, jump + 1);
            emit(*b, steps);
            steps[jump] = Step::Jump(steps.len());
        }
        Node::Repeat { node, least, many } => {
            let start = steps.len();
            if !least {
                steps.push(Step::Jump(0));
            }
            let body = steps.len();
            emit(*node, steps);
            if least {
                let end = steps.len();
                steps.push(Step::Split(body, end + 1));
            } else {
                if many {
                    steps.push(Step::Jump(start));
                }
                steps[start] = Step::Split(body, steps.len());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn finds(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern).is_some_and(|p| p.finds(text))
    }

    #[test]
    fn expressions_match_anywhere_unless_anchored() {
        assert!(finds("ip_forw", "net.ipv4.ip_forward"));
        assert!(finds("^net.ipv4", "net.ipv4.ip_forward"));
        assert!(!finds("^ipv4", "net.ipv4.ip_forward"));
        assert!(finds("forward$", "net.ipv4.ip_forward"));
        assert!(finds("", "anything"));
    }

    #[test]
    fn repeats_sets_groups_and_choices_work() {
        assert!(finds(
            "conf.eth0.*forwarding",
            "net.ipv4.conf.eth0.mc_forwarding"
        ));
        assert!(finds("eth[0-9]+[.]", "net.ipv4.conf.eth10.tag"));
        assert!(!finds("eth[^0-9]", "net.ipv4.conf.eth10"));
        assert!(finds(
            "(rp|arp)_(filter|ignore)$",
            "net.ipv4.conf.lo.rp_filter"
        ));
        assert!(finds("ab?c", "ac"));
        assert!(!finds("ab+c", "ac"));
    }

    #[test]
    fn what_is_no_expression_matches_nothing() {
        assert!(Pattern::new("[").is_none());
        assert!(Pattern::new("(a").is_none());
        assert!(!finds("(a*)*b", &"a".repeat(5000)));
    }
}
