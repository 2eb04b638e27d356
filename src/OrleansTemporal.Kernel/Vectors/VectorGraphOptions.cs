namespace OrleansTemporal.Vectors;

/// <summary>Shape of a graph. Defaults and letters are those of Malkov and Yashunin, arXiv:1603.09320.</summary>
public sealed record VectorGraphOptions
{
    /// <summary>Most neighbours of a row that may be asked for.</summary>
    public const int NeighboursMax = 128;

    /// <summary>Widest search for neighbours of a new row that may be asked for.</summary>
    public const int ConstructionWidthMax = 2_000;

    /// <summary>Neighbours of a row on each level above the lowest, which has twice as many (<c>M</c>); 2 to <see cref="NeighboursMax"/>.</summary>
    public int Neighbours { get; init; } = 16;

    /// <summary>How many candidates the neighbours of a new row are chosen from (<c>efConstruction</c>).</summary>
    public int ConstructionWidth { get; init; } = 200;

    /// <summary>Decides the levels of rows, and with them the graph.</summary>
    public ulong Seed { get; init; }

    /// <summary>In which form searches compare. Neighbours are chosen by the values themselves, so it decides nothing about the graph.</summary>
    public VectorQuantization Quantization { get; init; }
}
