namespace OrleansTemporal.Causality;

/// <summary>
/// What a hash is of. The tag is hashed in front of the data, so that bytes of one kind never have the distinction of
/// another kind's (domain separation). The text of each tag is stored in every hash and never changes.
/// </summary>
public enum HashTag : byte
{
    /// <summary><c>ot/agent</c>: the text of an agent id.</summary>
    Agent,

    /// <summary><c>ot/action</c>: a delta's header.</summary>
    Action,

    /// <summary><c>ot/synthesize</c>: two distinctions.</summary>
    Synthesize,

    /// <summary><c>ot/document</c>: a document's canonical bytes.</summary>
    Document,

    /// <summary><c>ot/commitment</c>: a salt and a payload.</summary>
    Commitment,

    /// <summary><c>ot/operation</c>: a salt and the digest of a request.</summary>
    Operation,

    /// <summary><c>ot/primordial</c>: one byte, 0 or 1.</summary>
    Primordial,

    /// <summary><c>ot/root</c>: the name of a canonical root.</summary>
    Root,

    /// <summary><c>ot/erasure</c>: the salt of a delta and the nonce of an erasure that leaves a part of its payload.</summary>
    Erasure,

    /// <summary>A block of a timeline's dense state.</summary>
    StateBlock,

    /// <summary>The blocks of a timeline's dense state.</summary>
    StateTree,

    /// <summary><c>ot/vector</c>: the values of a vector, little-endian, and the name of its model.</summary>
    Vector,

    /// <summary><c>ot/batchdelta</c>: a delta of a batch, as it stands there.</summary>
    BatchDelta,

    /// <summary><c>ot/deltabatch</c>: the header of a batch and the hashes of its deltas.</summary>
    DeltaBatch,
}
