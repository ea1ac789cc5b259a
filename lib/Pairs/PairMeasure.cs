namespace NotebookHelpers;

/// <summary>How a loss compares two embeddings.</summary>
public enum PairMeasure
{
    /// <summary>Euclidean distance: small for what belongs together.</summary>
    EuclideanDistance,

    /// <summary>Cosine similarity, -1 to 1: large for what belongs together.</summary>
    CosineSimilarity,
}
