namespace OrleansTemporal.Vectors;

/// <summary>In which form a graph compares vectors. The numbers are part of stored formats and never change meaning.</summary>
public enum VectorQuantization : byte
{
    /// <summary>As they are.</summary>
    None = 0,

    /// <summary>One signed byte for each value and a scale for each vector; what a search finds by these is put into order by the values themselves.</summary>
    Int8 = 1,
}
