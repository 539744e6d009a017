namespace EdgeNode.Matching;

internal sealed partial class MinCostCirculation
{
    /// <summary>
    /// Lowers prices all at once so that every node with excess sees an admissible way to a node that lacks: shortest distances
    /// to the lacking nodes in units of the tolerance, with buckets (Dial 1969). Without it relabels creep.
    /// </summary>
    private sealed class PriceUpdate
    {
        private const int None = -1;

        private readonly MinCostCirculation _net;
        private readonly int _ranks;
        private readonly int[] _top;
        private readonly int[] _next;
        private readonly int[] _previous;
        private readonly int[] _rank;

        public PriceUpdate(MinCostCirculation net)
        {
            _net = net;
            _ranks = Alpha * net._nodes;
            _top = new int[_ranks + 1];
            (_next, _previous, _rank) = (new int[net._nodes], new int[net._nodes], new int[net._nodes]);
        }

        public void Update(long tolerance)
        {
            var open = Start();
            if (open == 0)
                return;
            // When the last node with excess is reached, others of its rank were not looked back from: nobody may sink below them.
            var rank = 0;
            while (true)
            {
                open = Empty(rank, open, tolerance);
                if (open == 0 || rank + 1 == _ranks)
                    break;
                rank++;
            }
            Lower(rank, tolerance);
        }

        /// <summary>Looks back from all nodes of a rank until none with excess is left; answers how many are.</summary>
        private int Empty(int rank, int open, long tolerance)
        {
            while (_top[rank] != None && open > 0)
            {
                var node = _top[rank];
                Unlink(node, rank);
                LookBack(node, rank, tolerance);
                if (_net._excess[node] > 0)
                    open--;
            }
            return open;
        }

        /// <summary>Nodes that lack have rank 0; answers how many have excess.</summary>
        private int Start()
        {
            Array.Fill(_top, None);
            Array.Fill(_rank, _ranks);
            var open = 0;
            for (var node = 0; node < _net._nodes; node++)
                if (_net._excess[node] < 0)
                    Link(node, 0);
                else if (_net._excess[node] > 0)
                    open++;
            return open;
        }

        private void LookBack(int node, int rank, long tolerance)
        {
            for (var arc = _net._first[node]; arc < _net._first[node + 1]; arc++)
            {
                var (from, into) = (_net._head[arc], _net._reverse[arc]);
                if (_net._room[into] == 0 || _rank[from] <= rank)
                    continue;
                // Reduced costs are at least minus the tolerance: an arc already admissible is no step, cost 0 is one.
                var reduced = _net.Reduced(from, into);
                var steps = reduced < 0 ? 0 : reduced / tolerance + 1;
                if (rank + steps >= _rank[from])
                    continue;
                if (_rank[from] < _ranks)
                    Unlink(from, _rank[from]);
                Link(from, (int)(rank + steps));
            }
        }

        private void Lower(int rank, long tolerance)
        {
            for (var node = 0; node < _net._nodes; node++)
            {
                var steps = Math.Min(_rank[node], rank);
                if (steps == 0)
                    continue;
                _net._price[node] -= steps * tolerance;
                _net._current[node] = _net._first[node];
            }
        }

        private void Link(int node, int rank)
        {
            _rank[node] = rank;
            (_previous[node], _next[node]) = (None, _top[rank]);
            if (_top[rank] != None)
                _previous[_top[rank]] = node;
            _top[rank] = node;
        }

        private void Unlink(int node, int rank)
        {
            if (_previous[node] == None)
                _top[rank] = _next[node];
            else
                _next[_previous[node]] = _next[node];
            if (_next[node] != None)
                _previous[_next[node]] = _previous[node];
        }
    }
}
