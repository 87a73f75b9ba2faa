/** E033x and E034x, E04xx and E05xx: the lines of a model, time, and the objective. */
import type { ErrorCode } from "../codes.ts";
import type { Explanation } from "./explanation.ts";

type Explained = ErrorCode & (`E03${3 | 4}${string}` | `E0${4 | 5}${string}`);

export const ofModels: { readonly [C in Explained]: Explanation } = {
  E0330: {
    meaning: "A variable that is declared with `[t]` is read with it, and every other one without.",
    file: `model M {
  data x[t]: real
  a[t] = 2 * x«→[t]»
  x[t] ~ Normal(loc = 0, scale = 1)
}`,
  },
  E0331: {
    meaning: "It is drawn or computed once for the whole sequence: give it a `[t]`.",
    file: `model M {
  data x[t]: real
  a«→[t]» = 2 * x[t]
  x[t] ~ Normal(loc = 0, scale = 1)
}`,
  },
  E0332: {
    meaning: "At t = 1, `z[t-1]` reads step 0.",
    file: `model M {
  data x[t]: real
«→   x[0] = 0
»  x[t] ~ Normal(loc = x[t-1], scale = 1)
}`,
  },
  E0333: {
    meaning: "Declare the type with the initial value.",
    file: `model M {
  data x[t]: real
  a[0]«→: real» = 0
  a[t] = tanh(a[t-1])
  x[t] ~ Normal(loc = a[t], scale = 1)
}`,
  },
  E0334: {
    meaning: "A variable keeps its type from step to step.",
    file: `model M {
  data x[t]: real[4]
  a[0] = zeros(«3 → 4»)
  a[t] = 0.5 * x[t]
  x[t] ~ Normal(loc = a[t-1], scale = ones(4))
}`,
  },
  E0335: {
    meaning: "A memory begins with the values that it declares; other names need a later value.",
    file: `model M {
  data x[t]: real
  «a[0] = 0
  →»x[t] ~ Normal(loc = 0, scale = 1)
}`,
  },
  E0336: {
    meaning: "An equation says what the memory becomes at every step.",
    file: `model M {
  data x[t]: real[4]
  memory rnn: LSTM(4)«→
  rnn[t] = rnn[t-1].step(x[t])»
  x[t] ~ Normal(loc = rnn[t-1].h, scale = ones(4))
}`,
  },
  E0337: {
    meaning: "A memory becomes what one of its operations without `->` makes of it.",
    file: `model M {
  data x[t]: real[4]
  memory rnn: LSTM(4)
  rnn[t] = «x[t] → rnn[t-1].step(x[t])»
  x[t] ~ Normal(loc = rnn[t-1].h, scale = ones(4))
}`,
  },
  E0338: {
    meaning: "A distribution is no value: draw from it, or carry what it is made of.",
    file: `net pull(x: real[4]) -> normal[4] = linear()
model M {
  data x[t]: real[4]
  d[0] = 0
  d[t] = «pull(x[t]) → 0.5 * x[t]»
  e[t] = d[t-1]
  x[t] ~ Normal(loc = zeros(4), scale = ones(4))
}`,
  },
  E0339: {
    meaning: "The message shows the declared and the computed type.",
    file: `model M {
  data x[t]: real[4]
  a[t]: real[«3 → 4»] = 0.5 * x[t]
  x[t] ~ Normal(loc = zeros(4), scale = ones(4))
}`,
  },
  E0340: {
    meaning: "Inference draws a latent from its guide; a network that sees the data is best.",
    file: `model M {
  data x: real
  z ~ Normal(loc = 0, scale = 1)«→
    guide Normal(loc = x, scale = 1)»
  x ~ Normal(loc = z, scale = 1)
}`,
  },
  E0341: {
    meaning: "Only what is not observed is inferred.",
    file: `model M {
  data x: real
  x ~ Normal(loc = 0, scale = 1)«
    guide Normal(loc = 0, scale = 1) →»
}`,
  },
  E0342: {
    meaning: "`~` takes a distribution; for a value write `=`.",
    file: `model M {
  data x: real
  x ~ «2 → Normal(loc = 2, scale = 1)»
}`,
  },
  E0343: {
    meaning: "The support and the axes of the distribution must be those of the declared type.",
    file: `model M {
  data x: «real → unit»
  x ~ Bernoulli(logits = 0)
}`,
  },
  E0344: {
    meaning: "Parameters, equations and memories have values that nothing draws.",
    file: `model M {
  data x: real
  param a: real = 0
  «a → x» ~ Normal(loc = «0 → a», scale = 1)
}`,
  },
  E0345: {
    meaning: "Both have the same support and the same axes.",
    file: `model M {
  data x: real
  z ~ Normal(loc = zeros(2), scale = ones(2))
    guide Normal(loc = x * ones(«3 → 2»), scale = ones(«3 → 2»))
  x ~ Normal(loc = sum(z), scale = 1)
}`,
  },
  E0346: {
    meaning:
      "A parameter is a number that gradients change, and starts as a constant or as `randn`.",
    file: `model M {
  data x: real
  param a: «index[3] → real» = 0
  x ~ Normal(loc = «0 → a», scale = 1)
}`,
  },

  E0401: {
    meaning:
      "It would know what it must explain. Read the step before, or move the dependence into the guide.",
    file: `model M {
  data x[t]: real
  x[0] = 0
  z[t] ~ Normal(loc = x[«t → t-1»], scale = 1)
    guide Normal(loc = x[t], scale = 1)
  x[t] ~ Normal(loc = z[t], scale = 1)
}`,
  },
  E0402: {
    meaning: "Nothing could be computed first. One of the values must be read a step back.",
    file: `model M {
  data x[t]: real
  b[0]: real = 0
  a[t] = 0.5 * b[«t → t-1»]
  b[t] = a[t] + 1
  x[t] ~ Normal(loc = a[t], scale = 1)
}`,
  },
  E0403: {
    meaning: "A model may look back (`t-1`, `t-2`, and so on).",
    file: `model M {
  data x[t]: real
  x[0] = 0
  x[t] ~ Normal(loc = x[«t+1 → t-1»], scale = 1)
}`,
  },
  E0404: {
    meaning: "The lines of a block have no order of their own: one computes what another reads.",
    file: `fn f(x: real) -> real {
  let a = «b → x» + 1
  let b = a * 2
  return b
}`,
  },

  E0501: {
    meaning:
      "No path leads through the draw of a discrete value. An importance-weighted bound has an estimator that needs none.",
    file: `model M {
  data x: real
  z ~ Bernoulli(logits = 0)
    guide Bernoulli(logits = x)
  x ~ Normal(loc = z, scale = 1)
}
train { objective = «elbo → iwae(K = 4)» }`,
  },
  E0502: {
    meaning:
      "Its baseline compares the weights of K particles under one logarithm; an ELBO takes each logarithm alone.",
    file: `model M {
  data x: real
  z ~ Bernoulli(logits = 0)
    guide Bernoulli(logits = x)
  x ~ Normal(loc = z, scale = 1)
}
train { objective = «elbo → iwae(K = 4)»  estimator = vimco }`,
  },
  E0503: {
    meaning: "A discrete distribution is not reparameterised: use `auto` or `vimco`.",
    file: `model M {
  data x: real
  z ~ Bernoulli(logits = 0)
    guide Bernoulli(logits = x)
  x ~ Normal(loc = z, scale = 1)
}
train { objective = iwae(K = 4)  estimator = «pathwise → auto» }`,
  },
  E0504: {
    meaning: "The baseline of a particle is made of the others.",
    file: `model M {
  data x: real
  z ~ Bernoulli(logits = 0)
    guide Bernoulli(logits = x)
  x ~ Normal(loc = z, scale = 1)
}
train { objective = iwae(K = «1 → 4») }`,
  },
  E0505: {
    meaning: "Such a bound has no KL term to hold above a floor.",
    file: `model M {
  data x: real
  z ~ Normal(loc = 0, scale = 1)
    guide Normal(loc = x, scale = 1)
  x ~ Normal(loc = z, scale = 1)
}
train { objective = «iwae(K = 4) → elbo»  free_bits = 1 }`,
  },
  E0506: {
    meaning: "Pathwise gradients are used all the same: leave the estimator out.",
    file: `model M {
  data x: real
  z ~ Normal(loc = 0, scale = 1)
    guide Normal(loc = x, scale = 1)
  x ~ Normal(loc = z, scale = 1)
}
train { objective = iwae(K = 4)  «estimator = vimco →» }`,
  },
  E0508: {
    meaning: "A prefix is from 0 to the number of steps, and the model has time.",
  },
};
