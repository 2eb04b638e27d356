namespace OrleansTemporal.Kv;

/// <summary>One key of a generation.</summary>
internal struct KvEntry
{
    public int Slab;
    public int KeyOffset;
    public int KeyLength;

    /// <summary>How many versions it has.</summary>
    public int Count;

    /// <summary>Row of the newest version.</summary>
    public int Newest;

    /// <summary>Where all versions are named in order; nowhere while there is one.</summary>
    public KvVersionBlock Versions;

    /// <summary>Where the key stands in the next older generation that has it.</summary>
    public KvPlace Earlier;
}
