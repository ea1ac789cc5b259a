namespace NotebookHelpers;

/// <summary>The worst violation of an axiom met so far.</summary>
/// <param name="tolerance">What counts as rounding, of the larger of the two sides.</param>
/// <param name="floor">What counts as rounding besides, whatever the sides.</param>
internal sealed class WorstViolation(double tolerance, double floor)
{
    public double Amount { get; private set; } = double.NegativeInfinity;

    public bool Violated { get; private set; }

    public double Left { get; private set; }

    public double Right { get; private set; }

    public int[] Indices { get; set; } = [];

    public void Offer(double amount, double left, double right, int i, int j)
    {
        bool beyond = amount > tolerance * Math.Max(Math.Abs(left), Math.Abs(right)) + floor;
        // A real violation counts more than a larger amount that the size of its sides excuses. Of equal ones the
        // first in order counts, whatever thread meets it first.
        if (Indices.Length > 0
            && (beyond != Violated ? Violated
                : amount < Amount || (amount == Amount && (i, j).CompareTo((Indices[0], Indices[1])) >= 0))) return;
        (Amount, Left, Right, Indices, Violated) = (amount, left, right, [i, j], beyond);
    }

    public void Force(double left, int i, int j)
    {
        if (!Violated) (Amount, Left, Right, Indices, Violated) = (Math.Abs(left), left, 0, [i, j], true);
    }

    public void Merge(WorstViolation other)
    {
        if (other.Indices.Length > 0) Offer(other.Amount, other.Left, other.Right, other.Indices[0], other.Indices[1]);
    }
}
