import type { IParserErrorMessageProvider } from "chevrotain";
import type { GrammarRule } from "./parser-expression.ts";
import { ExpressionParser } from "./parser-expression.ts";
import * as T from "./tokens.ts";

/**
 * The grammar as Chevrotain rules; `grammar/gtm.ebnf` says the same for people, rule by rule. Rules build a
 * concrete syntax tree and nothing else. What no context-free rule can say (`[t-1]` is a time index, `write` has a
 * role) is decided when the tree becomes an AST.
 */
export class GtmParser extends ExpressionParser {
  /** Validations find ambiguities in the grammar itself; a test turns them on. */
  constructor(errorMessageProvider: IParserErrorMessageProvider, skipValidations: boolean) {
    super(errorMessageProvider, skipValidations);
    this.performSelfAnalysis();
  }

  readonly file: GrammarRule = this.RULE("file", () => {
    this.MANY(() => this.SUBRULE(this.item));
  });

  readonly item: GrammarRule = this.RULE("item", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.importDecl) },
      { ALT: () => this.SUBRULE(this.dimDecl) },
      { ALT: () => this.SUBRULE(this.netDecl) },
      { ALT: () => this.SUBRULE(this.archDecl) },
      { ALT: () => this.SUBRULE(this.fnDecl) },
      { ALT: () => this.SUBRULE(this.memoryDecl) },
      { ALT: () => this.SUBRULE(this.modelDecl) },
      { ALT: () => this.SUBRULE(this.trainDecl) },
    ]);
  });

  readonly importDecl: GrammarRule = this.RULE("importDecl", () => {
    this.CONSUME(T.Import);
    this.CONSUME(T.LBrace);
    this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => this.CONSUME(T.Word) });
    this.CONSUME(T.RBrace);
    this.CONSUME(T.From);
    this.CONSUME(T.StringLiteral);
  });

  readonly dimDecl: GrammarRule = this.RULE("dimDecl", () => {
    this.CONSUME(T.Dim);
    this.CONSUME(T.Name);
    this.OPTION(() => {
      this.CONSUME(T.Equals);
      this.SUBRULE(this.expression);
    });
  });

  readonly netDecl: GrammarRule = this.RULE("netDecl", () => {
    this.CONSUME(T.Net);
    this.CONSUME(T.Name);
    this.SUBRULE(this.params);
    this.CONSUME(T.Arrow);
    this.SUBRULE(this.resultType);
    this.SUBRULE(this.netBody);
  });

  readonly netBody: GrammarRule = this.RULE("netBody", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.Equals);
          this.SUBRULE(this.pipeline);
        },
      },
      { ALT: () => this.SUBRULE(this.block) },
    ]);
  });

  readonly archDecl: GrammarRule = this.RULE("archDecl", () => {
    this.CONSUME(T.Arch);
    this.CONSUME(T.Name);
    this.CONSUME(T.LParen);
    this.MANY_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.archParam) });
    this.CONSUME(T.RParen);
    this.CONSUME(T.Equals);
    this.SUBRULE(this.pipeline);
  });

  readonly archParam: GrammarRule = this.RULE("archParam", () => {
    this.CONSUME(T.Name);
    this.OPTION(() => {
      this.OR([
        { ALT: () => this.CONSUME(T.Ellipsis) },
        {
          ALT: () => {
            this.CONSUME(T.Equals);
            this.SUBRULE(this.expression);
          },
        },
      ]);
    });
  });

  readonly pipeline: GrammarRule = this.RULE("pipeline", () => {
    this.AT_LEAST_ONE_SEP({ SEP: T.Then, DEF: () => this.SUBRULE(this.layer) });
  });

  readonly layer: GrammarRule = this.RULE("layer", () => {
    this.CONSUME(T.Name);
    this.SUBRULE(this.callArguments);
    this.OPTION(() => this.CONSUME(T.Ellipsis));
  });

  readonly fnDecl: GrammarRule = this.RULE("fnDecl", () => {
    this.CONSUME(T.Fn);
    this.CONSUME(T.Name);
    this.SUBRULE(this.params);
    this.CONSUME(T.Arrow);
    this.SUBRULE(this.type);
    this.SUBRULE(this.body);
  });

  readonly body: GrammarRule = this.RULE("body", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.Equals);
          this.SUBRULE(this.expression);
        },
      },
      { ALT: () => this.SUBRULE(this.block) },
    ]);
  });

  readonly memoryDecl: GrammarRule = this.RULE("memoryDecl", () => {
    this.CONSUME(T.Memory);
    this.CONSUME(T.Name);
    this.OPTION(() => this.SUBRULE(this.memoryDims));
    this.CONSUME(T.LBrace);
    this.MANY(() => {
      this.OR([
        { ALT: () => this.SUBRULE(this.stateDecl) },
        { ALT: () => this.SUBRULE(this.netDecl) },
        { ALT: () => this.SUBRULE(this.operation) },
      ]);
    });
    this.CONSUME(T.RBrace);
  });

  readonly memoryDims: GrammarRule = this.RULE("memoryDims", () => {
    this.CONSUME(T.LParen);
    this.MANY_SEP({ SEP: T.Comma, DEF: () => this.CONSUME(T.Name) });
    this.CONSUME(T.RParen);
  });

  readonly stateDecl: GrammarRule = this.RULE("stateDecl", () => {
    this.CONSUME(T.State);
    this.CONSUME(T.Name);
    this.CONSUME(T.Colon);
    this.SUBRULE(this.type);
    this.CONSUME(T.Equals);
    this.SUBRULE(this.expression);
  });

  readonly operation: GrammarRule = this.RULE("operation", () => {
    this.CONSUME(T.StatementName);
    this.OPTION(() => this.CONSUME(T.Word));
    this.SUBRULE(this.params);
    this.OPTION1(() => {
      this.CONSUME(T.Arrow);
      this.SUBRULE(this.resultType);
    });
    this.SUBRULE(this.body);
  });

  readonly params: GrammarRule = this.RULE("params", () => {
    this.CONSUME(T.LParen);
    this.MANY_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.param) });
    this.CONSUME(T.RParen);
  });

  readonly param: GrammarRule = this.RULE("param", () => {
    this.CONSUME(T.Name);
    this.CONSUME(T.Colon);
    this.SUBRULE(this.type);
  });

  readonly resultType: GrammarRule = this.RULE("resultType", () => {
    this.OR([{ ALT: () => this.SUBRULE(this.type) }, { ALT: () => this.SUBRULE(this.recordType) }]);
  });

  readonly recordType: GrammarRule = this.RULE("recordType", () => {
    this.CONSUME(T.LBrace);
    this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.field) });
    this.CONSUME(T.RBrace);
  });

  readonly field: GrammarRule = this.RULE("field", () => {
    this.CONSUME(T.Word);
    this.CONSUME(T.Colon);
    this.SUBRULE(this.type);
  });

  readonly block: GrammarRule = this.RULE("block", () => {
    this.CONSUME(T.LBrace);
    this.MANY(() => {
      this.OR([
        { ALT: () => this.SUBRULE(this.letStatement) },
        { ALT: () => this.SUBRULE(this.updateStatement) },
        { ALT: () => this.SUBRULE(this.returnStatement) },
      ]);
    });
    this.CONSUME(T.RBrace);
  });

  readonly letStatement: GrammarRule = this.RULE("letStatement", () => {
    this.CONSUME(T.Let);
    this.CONSUME(T.Name);
    this.CONSUME(T.Equals);
    this.SUBRULE(this.expression);
  });

  readonly updateStatement: GrammarRule = this.RULE("updateStatement", () => {
    this.CONSUME(T.StatementName);
    this.OPTION(() => this.CONSUME(T.Prime));
    this.CONSUME(T.Equals);
    this.SUBRULE(this.expression);
  });

  readonly returnStatement: GrammarRule = this.RULE("returnStatement", () => {
    this.CONSUME(T.Return);
    this.SUBRULE(this.expression);
  });

  readonly modelDecl: GrammarRule = this.RULE("modelDecl", () => {
    this.CONSUME(T.Model);
    this.CONSUME(T.Name);
    this.CONSUME(T.LBrace);
    this.MANY(() => {
      this.OR([
        { ALT: () => this.SUBRULE(this.dataDecl) },
        { ALT: () => this.SUBRULE(this.paramDecl) },
        { ALT: () => this.SUBRULE(this.memoryInstance) },
        { ALT: () => this.SUBRULE(this.definition) },
      ]);
    });
    this.CONSUME(T.RBrace);
  });

  readonly dataDecl: GrammarRule = this.RULE("dataDecl", () => {
    this.CONSUME(T.Data);
    this.CONSUME(T.Name);
    this.OPTION(() => this.SUBRULE(this.timeIndex));
    this.CONSUME(T.Colon);
    this.SUBRULE(this.type);
    this.OPTION1(() => this.CONSUME(T.Shared));
  });

  readonly paramDecl: GrammarRule = this.RULE("paramDecl", () => {
    this.CONSUME(T.Param);
    this.CONSUME(T.Name);
    this.CONSUME(T.Colon);
    this.SUBRULE(this.type);
    this.OPTION(() => {
      this.CONSUME(T.Equals);
      this.SUBRULE(this.expression);
    });
  });

  readonly memoryInstance: GrammarRule = this.RULE("memoryInstance", () => {
    this.CONSUME(T.Memory);
    this.CONSUME(T.Name);
    this.CONSUME(T.Colon);
    this.CONSUME1(T.Name);
    this.OPTION(() => this.SUBRULE(this.callArguments));
  });

  readonly definition: GrammarRule = this.RULE("definition", () => {
    this.CONSUME(T.StatementName);
    this.OPTION(() => this.SUBRULE(this.timeIndex));
    this.OR([{ ALT: () => this.SUBRULE(this.site) }, { ALT: () => this.SUBRULE(this.equation) }]);
  });

  readonly site: GrammarRule = this.RULE("site", () => {
    this.CONSUME(T.Tilde);
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(T.Guide);
      this.SUBRULE1(this.expression);
    });
  });

  readonly equation: GrammarRule = this.RULE("equation", () => {
    this.OPTION(() => {
      this.CONSUME(T.Colon);
      this.SUBRULE(this.type);
    });
    this.CONSUME(T.Equals);
    this.SUBRULE(this.expression);
  });

  readonly timeIndex: GrammarRule = this.RULE("timeIndex", () => {
    this.CONSUME(T.LBracket);
    this.SUBRULE(this.expression);
    this.CONSUME(T.RBracket);
  });

  readonly trainDecl: GrammarRule = this.RULE("trainDecl", () => {
    this.CONSUME(T.Train);
    this.CONSUME(T.LBrace);
    this.MANY(() => this.SUBRULE(this.trainSetting));
    this.CONSUME(T.RBrace);
  });

  readonly trainSetting: GrammarRule = this.RULE("trainSetting", () => {
    this.CONSUME(T.StatementName);
    this.CONSUME(T.Equals);
    this.SUBRULE(this.expression);
  });

  /** `train.optimizer.lr=3e-4`, an argument of the command line. */
  readonly override: GrammarRule = this.RULE("override", () => {
    this.AT_LEAST_ONE_SEP({ SEP: T.Dot, DEF: () => this.CONSUME(T.Word) });
    this.CONSUME(T.Equals);
    this.SUBRULE(this.expression);
  });
}
