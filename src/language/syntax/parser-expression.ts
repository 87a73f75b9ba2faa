import type { CstNode, IParserErrorMessageProvider, ParserMethod } from "chevrotain";
import { CstParser, EOF, tokenMatcher } from "chevrotain";
import * as T from "./tokens.ts";

export type GrammarRule = ParserMethod<[], CstNode>;

/** The part of the grammar below declarations: types and expressions. */
export class ExpressionParser extends CstParser {
  protected constructor(
    errorMessageProvider: IParserErrorMessageProvider,
    skipValidations: boolean,
  ) {
    super(T.vocabulary, {
      recoveryEnabled: true,
      maxLookahead: 2,
      nodeLocationTracking: "onlyOffset",
      errorMessageProvider,
      skipValidations,
    });
  }

  /** What begins or ends a statement is never dropped to make the token after it fit. */
  protected override canTokenTypeBeDeletedInRecovery(): boolean {
    const next = this.LA(1);
    return !T.statementStarts.some((type) => tokenMatcher(next, type));
  }

  /** Settings are not compared: `==` is a slip there. An override has no declaration before it. */
  private isInSettings(): boolean {
    let back = 0;
    while (!T.declarations.includes(this.LA(back).tokenType) && this.LA(back).tokenType !== EOF) {
      back--;
    }
    return [T.Train, EOF].includes(this.LA(back).tokenType);
  }

  readonly type: GrammarRule = this.RULE("type", () => {
    this.CONSUME(T.Name);
    this.OPTION(() => {
      this.CONSUME(T.LBracket);
      this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.axis) });
      this.CONSUME(T.RBracket);
    });
  });

  readonly axis: GrammarRule = this.RULE("axis", () => {
    this.OR([{ ALT: () => this.CONSUME(T.Hole) }, { ALT: () => this.SUBRULE(this.expression) }]);
  });

  readonly expression: GrammarRule = this.RULE("expression", () => {
    this.SUBRULE(this.sum);
    this.OPTION(() => {
      this.CONSUME(T.Comparison);
      this.SUBRULE1(this.sum);
    });
  });

  readonly sum: GrammarRule = this.RULE("sum", () => {
    this.SUBRULE(this.product);
    this.MANY(() => {
      this.CONSUME(T.Sign);
      this.SUBRULE1(this.product);
    });
  });

  readonly product: GrammarRule = this.RULE("product", () => {
    this.SUBRULE(this.unary);
    this.MANY(() => {
      this.CONSUME(T.Factor);
      this.SUBRULE1(this.unary);
    });
  });

  readonly unary: GrammarRule = this.RULE("unary", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.Minus);
          this.SUBRULE(this.unary);
        },
      },
      { ALT: () => this.SUBRULE(this.power) },
    ]);
  });

  readonly power: GrammarRule = this.RULE("power", () => {
    this.SUBRULE(this.postfix);
    this.OPTION(() => {
      this.CONSUME(T.Caret);
      this.SUBRULE(this.unary);
    });
  });

  readonly postfix: GrammarRule = this.RULE("postfix", () => {
    this.SUBRULE(this.atom);
    this.MANY(() => this.SUBRULE(this.suffix));
  });

  readonly suffix: GrammarRule = this.RULE("suffix", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.LBracket);
          this.SUBRULE(this.expression);
          this.CONSUME(T.RBracket);
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.Dot);
          this.CONSUME(T.Word);
          this.OPTION(() => this.SUBRULE(this.callArguments));
        },
      },
    ]);
  });

  readonly atom: GrammarRule = this.RULE("atom", () => {
    this.OR([
      { ALT: () => this.CONSUME(T.NumberLiteral) },
      { ALT: () => this.CONSUME(T.Boolean) },
      { ALT: () => this.CONSUME(T.StringLiteral) },
      { ALT: () => this.SUBRULE(this.variable) },
      {
        ALT: () => {
          this.CONSUME(T.LParen);
          this.SUBRULE(this.expression);
          this.CONSUME(T.RParen);
        },
      },
      { ALT: () => this.SUBRULE(this.concat) },
      { ALT: () => this.SUBRULE(this.record) },
    ]);
  });

  readonly variable: GrammarRule = this.RULE("variable", () => {
    this.CONSUME(T.Name);
    this.OPTION(() => {
      this.OR([
        { ALT: () => this.CONSUME(T.Prime) },
        { ALT: () => this.SUBRULE(this.callArguments) },
      ]);
    });
  });

  readonly callArguments: GrammarRule = this.RULE("callArguments", () => {
    this.CONSUME(T.LParen);
    this.MANY_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.argument) });
    this.CONSUME(T.RParen);
  });

  readonly argument: GrammarRule = this.RULE("argument", () => {
    this.OPTION({
      GATE: () => this.LA(2).tokenType !== T.EqualsEquals || this.isInSettings(),
      DEF: () => {
        this.CONSUME(T.Word);
        this.CONSUME(T.Equals);
      },
    });
    this.SUBRULE(this.expression);
  });

  readonly concat: GrammarRule = this.RULE("concat", () => {
    this.CONSUME(T.LBracket);
    this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.expression) });
    this.CONSUME(T.RBracket);
  });

  readonly record: GrammarRule = this.RULE("record", () => {
    this.CONSUME(T.LBrace);
    this.MANY_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.recordEntry) });
    this.CONSUME(T.RBrace);
  });

  readonly recordEntry: GrammarRule = this.RULE("recordEntry", () => {
    this.CONSUME(T.Word);
    this.CONSUME(T.Colon);
    this.SUBRULE(this.expression);
  });
}
